from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from leti_trainer.models.models import load_causal_lm
from leti_trainer.precision import LEARNING_RATES, pick_method
from leti_trainer.training.adapters import merged, with_adapters

IDS = torch.tensor([[5, 9, 40, 7, 7, 80], [12, 3, 61, 5, 30, 2]])


def _adapted(folder: Path, bfloat16: bool = False) -> Any:
    """Adapters that change something: a fresh one adds nothing."""
    torch.manual_seed(1)
    model = with_adapters(load_causal_lm(folder), 4, bfloat16)
    _fill(model)
    return model


def _fill(model: Any) -> None:
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in (p for p in model.parameters() if p.requires_grad):
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)


def _gradients(model: Any) -> tuple[float, dict[str, torch.Tensor]]:
    loss = model(input_ids=IDS, labels=IDS, use_cache=False).loss
    loss.backward()
    return float(loss.detach()), {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


def test_the_quick_form_equals_the_librarys(model_folder: Path) -> None:
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
    theirs = get_peft_model(load_causal_lm(model_folder), config)
    _fill(theirs)
    expected, gradients = _gradients(theirs)
    value, found = _gradients(_adapted(model_folder))
    assert value == pytest.approx(expected, abs=1e-5)
    assert found.keys() == gradients.keys()
    # Seven matrices per layer have two adapters each; nothing else is trained.
    assert len(found) == 2 * 7 * 2
    for name, gradient in gradients.items():
        assert float(gradient.abs().max()) > 1e-4
        torch.testing.assert_close(found[name], gradient, rtol=0, atol=1e-5)


def test_merged_weights_compute_what_the_adapters_did(model_folder: Path) -> None:
    adapted = _adapted(model_folder)
    with torch.inference_mode():
        expected = adapted(input_ids=IDS).logits
        before = load_causal_lm(model_folder)(input_ids=IDS).logits
        found = merged(adapted, model_folder)(input_ids=IDS).logits
    assert float((expected - before).abs().max()) > 0.1
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def test_rounded_frozen_weights_are_not_what_is_saved(model_folder: Path) -> None:
    rounded = _adapted(model_folder, bfloat16=True)
    with torch.autocast("cpu", torch.bfloat16):
        _, gradients = _gradients(rounded)
    assert {gradient.dtype for gradient in gradients.values()} == {torch.float32}
    exact = merged(_adapted(model_folder), model_folder).state_dict()
    for name, weight in merged(rounded, model_folder).state_dict().items():
        assert torch.equal(weight, exact[name]), name


@pytest.mark.parametrize(("parameters", "method"), [(135_000_000, "full"), (494_000_000, "lora")])
def test_larger_models_get_adapters_and_their_rate(
    parameters: int, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leti_trainer.precision.free_memory", lambda _device: 64 << 30)
    assert pick_method("auto", parameters, torch.device("cpu")) == method
    assert pick_method("full", parameters, torch.device("cpu")) == "full"
    assert LEARNING_RATES["lora"] == 10 * LEARNING_RATES["full"]
