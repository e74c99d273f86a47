"""GGUF files brought back to model folders."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from leti_trainer.errors import TrainerError, as_trainer_error

_PACKAGE = "package:"


def convert_gguf(gguf: str, out: Path) -> dict[str, Any]:
    """Writes the float32 model folder of a GGUF file into `out`; returns its number of parameters.

    `gguf` is a path, or `package:NAME` for the file that an installed package ships. Transformers marks a
    model loaded from GGUF as quantised and then refuses to save it, so its weights go into a fresh model.
    """
    file = find_gguf(gguf)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        loaded = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
        pre_tokenizer = _field(file, "tokenizer.ggml.pre")
    except Exception as error:  # noqa: BLE001 (every library on the way has its own)
        if as_trainer_error(error).code != "internal":
            raise
        raise TrainerError("bad_model", f"{file} cannot be read as GGUF: {error}") from error
    config = loaded.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    with torch.device("meta"):
        fresh = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    fresh.load_state_dict(loaded.state_dict(), assign=True)
    # Loading by assignment took apart what shares one tensor.
    fresh.tie_weights()
    fresh.save_pretrained(out, safe_serialization=True)
    if pre_tokenizer == "smollm":
        _split_digits(tokenizer.backend_tokenizer)
    tokenizer.save_pretrained(out)
    return {"parameters": sum(p.numel() for p in fresh.parameters())}


def find_gguf(name: str) -> Path:
    """The GGUF file that a request names; packages are searched without importing them."""
    if not name.startswith(_PACKAGE):
        path = Path(name)
        if not path.is_file():
            raise TrainerError("bad_model", f"there is no file {name}")
        return path
    package = name.removeprefix(_PACKAGE)
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or spec.submodule_search_locations is None:
        raise TrainerError("bad_model", f"the package {package} is not installed in the trainer environment")
    files = sorted(f for place in spec.submodule_search_locations for f in Path(place).rglob("*.gguf"))
    if not files:
        raise TrainerError("bad_model", f"the package {package} holds no GGUF file")
    return files[0]


def _field(file: Path, name: str) -> Any:
    from gguf import GGUFReader

    field = GGUFReader(file).get_field(name)
    return None if field is None else field.contents()


def _split_digits(tokenizer: Any) -> None:
    """SmolLM's tokenizer reads digits one by one before all else; transformers leaves that out."""
    from tokenizers import pre_tokenizers

    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
