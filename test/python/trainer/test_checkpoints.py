"""Checkpoints of models whose parts do not all learn."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch

from leti_trainer.training.checkpoints import Progress, load_checkpoint, newest_progress, save_checkpoint


class TwoExperts(torch.nn.Module):
    """No token ever chooses the second expert."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen = torch.nn.Linear(3, 2)
        self.unused = torch.nn.Linear(3, 2)


def _progress(step: int) -> Progress:
    values = {
        field.name: (step if field.name == "step" else "" if "str" in str(field.type) else 0)
        for field in dataclasses.fields(Progress)
    }
    return Progress(**values)


def test_keep_a_parameter_that_never_had_a_gradient(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = TwoExperts()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    model.chosen(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    save_checkpoint(tmp_path, _progress(1), model, optimizer)

    found = newest_progress(tmp_path)
    assert found is not None
    restored = TwoExperts()
    other = torch.optim.AdamW(restored.parameters(), lr=0.1)
    assert load_checkpoint(found[0], 1, restored, other)
    for name, parameter in model.state_dict().items():
        assert torch.equal(restored.state_dict()[name], parameter), name
    # It learns from its first gradient on, as the others go on.
    for one, its_optimizer in ((model, optimizer), (restored, other)):
        its_optimizer.zero_grad()
        one.chosen(torch.ones(1, 3)).sum().backward()
        its_optimizer.step()
    assert torch.equal(restored.chosen.weight, model.chosen.weight)
