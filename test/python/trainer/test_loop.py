from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from trainer_process import train_request

from leti_trainer.errors import TrainerError
from leti_trainer.models.models import load_causal_lm
from leti_trainer.requests import TrainingSettings, read_request
from leti_trainer.segments import SegmentTokenizer
from leti_trainer.training.examples import Example, read_examples
from leti_trainer.training.layout_check import choose_layout
from leti_trainer.training.loop import Loop, learning_rate
from leti_trainer.training.losses import TokenLoss
from leti_trainer.training.training import train
from leti_trainer.training.workers import Workers

CPU = torch.device("cpu")


def _settings(**changes: Any) -> TrainingSettings:
    settings = train_request(Path("m"), Path("e"), Path("f"), **changes)["settings"]
    return TrainingSettings.model_validate(settings)


def _loop(folder: Path, micro: int) -> tuple[Any, Loop, list[dict[str, Any]]]:
    model = load_causal_lm(folder).train()
    events: list[dict[str, Any]] = []
    workers = Workers(on_cpu=True)
    return (
        model,
        Loop(
            model,
            TokenLoss(model, CPU, choose_layout(model, CPU)),
            _settings(),
            1e-3,
            micro,
            False,
            CPU,
            workers,
            events.append,
        ),
        events,
    )


def _gradients(folder: Path, micro: int, batch: list[Example]) -> tuple[float, dict[str, torch.Tensor]]:
    model, loop, _ = _loop(folder, micro)
    loss, _ = loop.accumulate(batch)
    return loss, {name: parameter.grad for name, parameter in model.named_parameters()}


@pytest.fixture
def batch(model_folder: Path, examples_file: Path) -> list[Example]:
    found = read_examples(examples_file, SegmentTokenizer(model_folder), 256).examples
    # Unequal weights, so that a mean over micro batches would be another number.
    return [
        Example(example.ids, [weight * (1 + place) for weight in example.weights])
        for place, example in enumerate(found)
    ]


@pytest.mark.parametrize("micro", [1, 3])
def test_gradients_are_the_same_for_any_micro_batch(
    model_folder: Path, batch: list[Example], micro: int
) -> None:
    loss, gradients = _gradients(model_folder, micro, batch)
    whole_loss, whole = _gradients(model_folder, 8, batch)
    assert len(batch) == 8
    assert loss == pytest.approx(whole_loss, abs=1e-5)
    assert max(float(gradient.abs().max()) for gradient in whole.values()) > 1e-3
    for name, gradient in whole.items():
        torch.testing.assert_close(gradients[name], gradient, rtol=0, atol=1e-5)


def test_no_memory_halves_the_micro_batch_and_the_step_is_done(
    model_folder: Path, batch: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = _fail_when(monkeypatch, lambda calls: len(calls) == 2)
    model, loop, events = _loop(model_folder, 4)
    loss = loop.step(1, 1, batch)
    # The second half of the batch failed, so the first is computed again and counted once.
    assert sizes == [4, 4, 2, 2, 2, 2]
    assert [event["event"] for event in events] == ["notice", "step"]
    assert "2 texts" in events[0]["message"]
    assert loop.micro_batch_size == 2

    monkeypatch.undo()
    unbroken, same, unbroken_events = _loop(model_folder, 2)
    assert same.step(1, 1, batch) == pytest.approx(loss, abs=1e-6)
    assert unbroken_events[0]["gradNorm"] == pytest.approx(events[1]["gradNorm"], abs=1e-6)
    for ours, theirs in zip(model.parameters(), unbroken.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def test_no_memory_at_all_is_an_error(
    model_folder: Path, examples_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = _fail_when(monkeypatch, lambda _calls: True)
    request = train_request(model_folder, examples_file, tmp_path, batchSize=4, microBatchSize=4)
    events: list[dict[str, Any]] = []
    with pytest.raises(TrainerError) as raised:
        train(read_request(json.dumps(request)), events.append)
    assert raised.value.code == "out_of_memory"
    assert sizes == [4, 2, 1]
    assert [event["event"] for event in events] == ["notice"] * 2
    assert not (tmp_path / "out").exists()


def test_another_error_is_not_taken_for_memory(
    model_folder: Path, batch: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = _fail_when(monkeypatch, lambda _calls: True, RuntimeError("shapes do not fit"))
    _, loop, _ = _loop(model_folder, 4)
    with pytest.raises(RuntimeError, match="shapes"):
        loop.step(1, 1, batch)
    assert sizes == [4]


def test_a_loss_that_is_no_number_ends_the_training(model_folder: Path, batch: list[Example]) -> None:
    model, loop, events = _loop(model_folder, 4)
    with torch.no_grad():
        model.lm_head.weight[5, 5] = float("nan")
    with pytest.raises(TrainerError, match="step 1") as raised:
        loop.step(1, 1, batch)
    assert raised.value.code == "bad_input"
    assert events == []


def test_the_learning_rate_warms_up_and_falls_to_a_tenth() -> None:
    rates = [learning_rate(step, 20, 1.0, 0.2) for step in range(1, 21)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert rates[-1] == pytest.approx(0.1)
    assert learning_rate(1, 1, 1.0, 0.2) == 1.0


def _fail_when(
    monkeypatch: pytest.MonkeyPatch,
    fails: Callable[[list[int]], bool],
    error: RuntimeError | None = None,
) -> list[int]:
    """Makes the loss fail on the calls that `fails` picks; the sizes of all micro batches asked for."""
    sizes: list[int] = []
    real = TokenLoss.__call__

    def loss(self: TokenLoss, examples: list[Example]) -> torch.Tensor:
        if torch.is_inference_mode_enabled():
            # The check of the layout, before any step.
            return real(self, examples)
        sizes.append(len(examples))
        if fails(sizes):
            raise error or torch.OutOfMemoryError("no memory is left")
        return real(self, examples)

    monkeypatch.setattr(TokenLoss, "__call__", loss)
    return sizes
