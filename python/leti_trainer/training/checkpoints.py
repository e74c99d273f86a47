"""Checkpoints from which a killed training continues to the same weights."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from leti_trainer.atomic import whole_folder
from leti_trainer.requests import TrainRequest

_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class Progress:
    """The state of a checkpoint besides its tensors.

    `training` is the digest of model, examples and settings (`training_name`). `seconds` counts all parts of
    an interrupted training; `loss` is that of the last step, in nats per weighted token.
    """

    training: str
    step: int
    method: str
    micro_batch_size: int
    seconds: float
    loss: float


def training_name(request: TrainRequest) -> str:
    """A digest that is equal for two requests when one may continue from the other's checkpoint."""
    digest = hashlib.sha256(request.examples.read_bytes())
    settings = request.settings.model_copy(update={"checkpoint_steps": 1, "micro_batch_size": 1})
    digest.update(repr(settings).encode())
    for file in sorted(request.model.iterdir()):
        if file.suffix in (".safetensors", ".json"):
            status = file.stat()
            digest.update(f"{file.resolve()} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()


def newest_progress(work: Path) -> tuple[Path, Progress] | None:
    """Folder and state of the newest checkpoint; None if there is none or it cannot be read."""
    folders = sorted(folder for folder in work.glob("checkpoint-*") if folder.suffix != ".tmp")
    if not folders:
        return None
    try:
        state = json.loads((folders[-1] / "state.json").read_text(encoding="utf-8"))
        return folders[-1], Progress(**state)
    except (OSError, ValueError, TypeError):
        return None


def save_checkpoint(work: Path, progress: Progress, model: Any, optimizer: torch.optim.Optimizer) -> None:
    """Writes trained weights and optimiser state, then removes older checkpoints.

    OSError: the disk is full.
    """
    folder = work / f"checkpoint-{progress.step:08d}"
    tensors: dict[str, torch.Tensor] = {}
    for name, parameter in _trained(model).items():
        tensors[name] = parameter.detach()
        # A parameter that never had a gradient, such as an expert that no token chose, has no state.
        state = optimizer.state.get(parameter, {})
        for moment in _MOMENTS:
            tensors[f"{moment}/{name}"] = state.get(moment, torch.zeros_like(parameter))
    with whole_folder(folder) as half:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, half / "state.safetensors")
        (half / "state.json").write_text(json.dumps(dataclasses.asdict(progress)), encoding="utf-8")
    clear_checkpoints(work, folder)


def load_checkpoint(folder: Path, step: int, model: Any, optimizer: torch.optim.Optimizer) -> bool:
    """Restores weights and optimiser state. Returns False and changes nothing when the file does not fit."""
    trained = _trained(model)
    try:
        tensors = load_file(folder / "state.safetensors")
    except (OSError, SafetensorError):
        return False
    for name, parameter in trained.items():
        for key in (name, *(f"{moment}/{name}" for moment in _MOMENTS)):
            if key not in tensors or tensors[key].shape != parameter.shape:
                return False
    with torch.no_grad():
        for name, parameter in trained.items():
            parameter.copy_(tensors[name])
    names = {parameter: name for name, parameter in trained.items()}
    ordered = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state = optimizer.state_dict()
    state["state"] = {
        place: {"step": torch.tensor(float(step))}
        | {moment: tensors[f"{moment}/{names[parameter]}"] for moment in _MOMENTS}
        for place, parameter in enumerate(ordered)
    }
    optimizer.load_state_dict(state)
    return True


def clear_checkpoints(work: Path, but: Path | None = None) -> None:
    """Removes the checkpoints in `work`, also half-written ones, except the folder `but`."""
    for old in work.glob("checkpoint-*"):
        if old != but:
            shutil.rmtree(old, ignore_errors=True)


def _trained(model: Any) -> dict[str, torch.nn.Parameter]:
    """Trained parameters by name; parameters that share a tensor appear once."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}
