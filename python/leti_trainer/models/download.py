"""Models from the hub."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

from leti_trainer.errors import TrainerError, says_no_space
from leti_trainer.models.models import check_model_folder
from leti_trainer.models.transfer import Emit, report, sha256_of, watched
from leti_trainer.requests import DownloadRequest, HubFile

_FILES = ["*.safetensors", "*.json", "*.jinja", "merges.txt", "LICENSE*", "README.md"]
ANSWER_SECONDS = 5.0
"""After so long a hub that has not answered counts as unreachable."""


def download_model(request: DownloadRequest, out: Path, emit: Emit) -> dict[str, Any]:
    """Copies a hub model into `out`; returns its `revision` (a commit).

    Files that were fetched before stay in `request.work` until all are there and checked. TrainerError
    `no_network`: the hub cannot be reached. TrainerError `bad_model`: the hub has no model of this name, asks
    for a login, or lacks a file. Or a file is not the pinned one.
    """
    revision = _answered(request.hub_id, request.revision or None)
    try:
        if request.files:
            _fetch_pinned(request, emit)
        else:
            _fetch_all(request, revision)
    except TrainerError:
        raise
    except Exception as error:  # noqa: BLE001 (the HTTP library's classes change with the hub's client)
        if says_no_space(error):
            raise
        raise _unreachable(request.hub_id, error) from error
    shutil.rmtree(request.work / ".cache", ignore_errors=True)
    for file in sorted(request.work.iterdir()):
        os.replace(file, out / file.name)
    check_model_folder(out)
    shutil.rmtree(request.work, ignore_errors=True)
    return {"revision": revision}


def _answered(hub_id: str, revision: str | None) -> str:
    """The commit of a model, asked for in a thread: finding a host's address knows no time limit."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    answer: list[str | Exception] = []

    def ask() -> None:
        try:
            answer.append(str(HfApi().model_info(hub_id, revision=revision, timeout=ANSWER_SECONDS).sha))
        except Exception as error:  # noqa: BLE001 (raised again below, in the thread that waits)
            answer.append(error)

    thread = threading.Thread(target=ask, name="hub", daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    if not answer:
        raise _unreachable(hub_id, f"the hub did not answer within {ANSWER_SECONDS:g} s")
    (found,) = answer
    if isinstance(found, GatedRepoError):
        raise TrainerError("bad_model", f"the hub gives {hub_id} only after a login") from found
    if isinstance(found, (RepositoryNotFoundError, HFValidationError)):
        raise TrainerError("bad_model", f"the hub has no model {hub_id}") from found
    if isinstance(found, Exception):
        raise _unreachable(hub_id, found) from found
    return found


def _unreachable(hub_id: str, why: object) -> TrainerError:
    return TrainerError("no_network", f"the model {hub_id} cannot be downloaded: {why}")


def _fetch_all(request: DownloadRequest, revision: str) -> None:
    from huggingface_hub import snapshot_download

    snapshot_download(request.hub_id, revision=revision, local_dir=request.work, allow_patterns=_FILES)


def _fetch_pinned(request: DownloadRequest, emit: Emit) -> None:
    """Fetches the named files of the pinned revision one after the other; each is checked once it is here.

    The client's own download begins each file anew in each process, so its lower half is used.
    """
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers

    total = sum(file.bytes for file in request.files)
    done = 0
    request.work.mkdir(parents=True, exist_ok=True)
    for pinned in request.files:
        file = request.work / pinned.name
        half = request.work / f"{pinned.name}.partial"
        if half.is_file() and half.stat().st_size > pinned.bytes:
            half.unlink()
        if not file.is_file():
            url = hf_hub_url(request.hub_id, pinned.name, revision=request.revision)
            with watched(emit, half, done, pinned.bytes, total), half.open("ab") as out:
                http_get(
                    url,
                    out,
                    resume_size=out.tell(),
                    headers=build_hf_headers(),
                    expected_size=pinned.bytes or None,
                )
            os.replace(half, file)
        _check(request, pinned)
        done += pinned.bytes
        report(emit, done, total)


def _check(request: DownloadRequest, pinned: HubFile) -> None:
    file = request.work / pinned.name
    size = file.stat().st_size
    if pinned.bytes not in (0, size):
        wrong = f"it has {size} bytes, and {pinned.bytes} were expected"
    elif pinned.sha256 != "" and (found := sha256_of(file)) != pinned.sha256:
        wrong = f"its SHA-256 is {found}, and {pinned.sha256} was expected"
    else:
        return
    file.unlink()
    raise TrainerError("bad_model", f"{pinned.name} of {request.hub_id} on the hub is altered: {wrong}")
