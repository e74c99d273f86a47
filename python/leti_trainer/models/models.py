"""Model folders in and out: safetensors, configuration, tokenizer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from leti_trainer.errors import TrainerError, as_trainer_error

_COPIED = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "generation_config.json",
)


def load_causal_lm(folder: Path) -> Any:
    """The model of a folder in float32 on the CPU.

    TrainerError `bad_model` names a missing or broken file.
    """
    check_model_folder(folder)
    import torch
    from transformers import AutoModelForCausalLM

    try:
        model, report = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
        )
    except Exception as error:  # noqa: BLE001 (every library on the way has its own)
        if as_trainer_error(error).code != "internal":
            raise
        raise TrainerError("bad_model", f"the model in {folder} cannot be loaded: {error}") from error
    if report["missing_keys"]:
        # Transformers would fill them with random numbers and only warn.
        missing = sorted(report["missing_keys"])
        raise TrainerError("bad_model", f"the weights in {folder} lack {len(missing)} tensors: {missing[0]}")
    return model


def check_model_folder(folder: Path) -> None:
    """TrainerError `bad_model` names a file that is missing or damaged; the libraries would not say which."""
    for name in ("config.json", "tokenizer.json"):
        file = folder / name
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise TrainerError("bad_model", f"the model folder is incomplete: {file} is missing") from error
        except ValueError as error:
            raise TrainerError("bad_model", f"{file} is not JSON: {error}") from error
        if not isinstance(content, dict):
            raise TrainerError("bad_model", f"{file} is not a JSON object")
    from safetensors import SafetensorError, safe_open

    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise TrainerError(
            "bad_model", f"the model folder is incomplete: {folder / 'model.safetensors'} is missing"
        )
    for file in files:
        try:
            with safe_open(file, framework="numpy"):
                pass
        except (SafetensorError, OSError) as error:
            raise TrainerError("bad_model", f"{file} is damaged: {error}") from error


def save_model(model: Any, source: Path, out: Path) -> None:
    """Writes weights and configuration into `out` and copies the tokenizer's files of `source` there."""
    from transformers import GenerationConfig

    # Some published models hold an invalid one, which cannot be saved.
    model.generation_config = GenerationConfig.from_model_config(model.config)
    model.save_pretrained(out, safe_serialization=True)
    for name in _COPIED:
        if (source / name).is_file():
            shutil.copyfile(source / name, out / name)
