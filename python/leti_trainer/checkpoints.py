"""Checkpoints from which a killed training goes on as if nothing had happened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from leti_trainer.atomic import whole_folder

_NAME = "checkpoint-{step:08d}"


def save_checkpoint(work: Path, step: int, model: Any, optimizer: torch.optim.Optimizer) -> None:
    """Writes trained weights and optimiser state after `step` steps; older checkpoints go afterwards."""
    folder = work / _NAME.format(step=step)
    with whole_folder(folder) as half:
        save_file(_trained(model), half / "weights.safetensors")
        torch.save(optimizer.state_dict(), half / "optimizer.pt")
        (half / "state.json").write_text(json.dumps({"step": step}), encoding="utf-8")
    for old in work.glob("checkpoint-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(work: Path, model: Any, optimizer: torch.optim.Optimizer) -> int:
    """Restores the newest checkpoint; returns the steps that it has behind it, 0 without one."""
    folders = sorted(folder for folder in work.glob("checkpoint-*") if not folder.name.endswith(".tmp"))
    if not folders:
        return 0
    folder = folders[-1]
    weights = load_file(folder / "weights.safetensors")
    with torch.no_grad():
        for name, parameter in _trained(model).items():
            parameter.copy_(weights[name])
    optimizer.load_state_dict(torch.load(folder / "optimizer.pt", weights_only=True))
    return int(json.loads((folder / "state.json").read_text(encoding="utf-8"))["step"])


def _trained(model: Any) -> dict[str, torch.Tensor]:
    """Trained parameters by name; tied ones appear once."""
    return {name: p.data for name, p in model.named_parameters() if p.requires_grad}
