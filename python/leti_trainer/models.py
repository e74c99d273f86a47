"""Model folders in and out: safetensors, configuration, tokenizer."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from leti_trainer.errors import TrainerError

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "generation_config.json",
)
_PACKAGE = "package:"


def load_causal_lm(folder: Path) -> Any:
    """The model of a folder in float32; a folder that is none is a `bad_model` naming what is wrong."""
    from transformers import AutoModelForCausalLM

    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise TrainerError("bad_model", f"the model folder {folder} has no {name}")
    try:
        import torch

        return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    except TrainerError:
        raise
    except MemoryError as error:
        raise TrainerError("out_of_memory", f"the model in {folder} does not fit into memory") from error
    except Exception as error:  # noqa: BLE001 (every library on the way has its own)
        raise TrainerError("bad_model", f"the model in {folder} cannot be loaded: {error}") from error


def save_model(model: Any, source: Path, out: Path) -> None:
    """Writes weights and configuration into `out`, and the tokenizer's files of `source` beside them."""
    model.save_pretrained(out, safe_serialization=True)
    for name in TOKENIZER_FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, out / name)


def convert_gguf(gguf: str, out: Path) -> dict[str, Any]:
    """Brings a GGUF file back to a float32 model folder.

    `gguf` is a path, or `package:NAME` for the file that an installed package ships. Transformers marks a
    model loaded from GGUF as quantised and then refuses to save it, so its weights go into a fresh model.
    """
    file = _gguf_file(gguf)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        loaded = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    except Exception as error:  # noqa: BLE001 (see load_causal_lm)
        raise TrainerError("bad_model", f"{file} cannot be read as GGUF: {error}") from error
    config = loaded.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    fresh = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    fresh.load_state_dict(loaded.state_dict())
    fresh.save_pretrained(out, safe_serialization=True)
    tokenizer.save_pretrained(out)
    return {"parameters": sum(p.numel() for p in fresh.parameters())}


def download_model(hub_id: str, out: Path) -> dict[str, Any]:
    """Copies a hub model into `out`; `no_network` when the hub cannot be reached."""
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(
            hub_id,
            local_dir=out,
            allow_patterns=["*.safetensors", "*.json", "*.jinja", "tokenizer*", "LICENSE*", "README.md"],
        )
    except Exception as error:  # noqa: BLE001 (httpx, requests and the hub's own errors)
        raise TrainerError("no_network", f"the model {hub_id} cannot be downloaded: {error}") from error
    shutil.rmtree(out / ".cache", ignore_errors=True)
    return {}


def _gguf_file(name: str) -> Path:
    if not name.startswith(_PACKAGE):
        path = Path(name)
        if not path.is_file():
            raise TrainerError("bad_model", f"there is no file {name}")
        return path
    package = name.removeprefix(_PACKAGE)
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise TrainerError("bad_model", f"the package {package} is not installed in the trainer environment")
    files = sorted(f for place in spec.submodule_search_locations for f in Path(place).rglob("*.gguf"))
    if not files:
        raise TrainerError("bad_model", f"the package {package} holds no GGUF file")
    return files[0]
