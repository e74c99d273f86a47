from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import LlamaForCausalLM

from leti_trainer.models.models import load_causal_lm
from leti_trainer.segments import SegmentTokenizer
from leti_trainer.training.examples import Example, read_examples
from leti_trainer.training.layout import PlainLayout
from leti_trainer.training.losses import TokenLoss

CPU = torch.device("cpu")


@pytest.fixture
def model(model_folder: Path) -> LlamaForCausalLM:
    return load_causal_lm(model_folder).eval()


@pytest.fixture
def examples(model_folder: Path, examples_file: Path) -> list[Example]:
    found = read_examples(examples_file, SegmentTokenizer(model_folder), 256).examples
    assert len({len(example.ids) for example in found}) > 1
    return found


@pytest.mark.parametrize("side", ["left", "right"])
def test_equals_the_loss_of_transformers_padded_on_either_side(
    model: LlamaForCausalLM, examples: list[Example], side: str
) -> None:
    length = max(len(example.ids) for example in examples)
    ids = torch.full((len(examples), length), 2)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, -100)
    for row, example in enumerate(examples):
        start = length - len(example.ids) if side == "left" else 0
        place = slice(start, start + len(example.ids))
        ids[row, place] = torch.tensor(example.ids)
        mask[row, place] = 1
        labels[row, place] = torch.tensor(
            [
                token if weight > 0 else -100
                for token, weight in zip(example.ids, example.weights, strict=True)
            ]
        )
        labels[row, start] = -100
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    with torch.no_grad():
        theirs = model(input_ids=ids, attention_mask=mask, position_ids=positions, labels=labels).loss
        ours = TokenLoss(model, CPU, PlainLayout())(examples) / sum(
            example.total_weight for example in examples
        )
    assert float(ours) == pytest.approx(float(theirs), abs=1e-5)


def test_fractional_weights_multiply_each_tokens_own_loss(
    model: LlamaForCausalLM, examples: list[Example]
) -> None:
    weighted = [
        Example(example.ids, [weight * (1 + place % 3) / 4 for place, weight in enumerate(example.weights)])
        for example in examples
    ]
    expected = 0.0
    with torch.no_grad():
        for example in weighted:
            # All logits of one text alone: no padding, nothing left out.
            scores = model(input_ids=torch.tensor([example.ids])).logits[0, :-1].double().log_softmax(dim=-1)
            picked = scores.gather(1, torch.tensor(example.ids[1:])[:, None])[:, 0]
            expected -= float((picked * torch.tensor(example.weights[1:]).double()).sum())
        ours = float(TokenLoss(model, CPU, PlainLayout())(weighted))
    assert ours == pytest.approx(expected, rel=1e-5)


def test_close_gives_the_model_all_its_logits_back(model: LlamaForCausalLM, examples: list[Example]) -> None:
    ids = torch.tensor([examples[0].ids])
    with torch.no_grad():
        before = model(input_ids=ids).logits
        loss = TokenLoss(model, CPU, PlainLayout())
        loss(examples)
        loss.close()
        after = model(input_ids=ids).logits
    assert torch.equal(before, after)
