"""Models from the hub."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from leti_trainer.errors import TrainerError, says_no_space
from leti_trainer.models.models import check_model_folder

_FILES = ["*.safetensors", "*.json", "*.jinja", "merges.txt", "LICENSE*", "README.md"]


def download_model(hub_id: str, out: Path) -> dict[str, Any]:
    """Copies a hub model into `out`; returns its `revision` (a commit).

    TrainerError `no_network`: the hub cannot be reached. TrainerError `bad_model`: the hub has no model of
    this name, asks for a login, or has no safetensors or no tokenizer.json.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    try:
        revision = HfApi().model_info(hub_id).sha
        snapshot_download(hub_id, revision=revision, local_dir=out, allow_patterns=_FILES)
    except GatedRepoError as error:
        raise TrainerError("bad_model", f"the hub gives {hub_id} only after a login") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise TrainerError("bad_model", f"the hub has no model {hub_id}") from error
    except Exception as error:  # noqa: BLE001 (the HTTP library's classes change with the hub's client)
        if says_no_space(error):
            raise
        raise TrainerError("no_network", f"the model {hub_id} cannot be downloaded: {error}") from error
    shutil.rmtree(out / ".cache", ignore_errors=True)
    check_model_folder(out)
    return {"revision": revision}
