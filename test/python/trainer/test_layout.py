from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from transformers import (
    BloomConfig,
    BloomForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from leti_trainer.training import layout as layouts
from leti_trainer.training.examples import Example
from leti_trainer.training.layout import Layout, PlainLayout, TreeLayout, micro_batches
from leti_trainer.training.layout_check import choose_layout
from leti_trainer.training.losses import TokenLoss

CPU = torch.device("cpu")
SIZES = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "initializer_range": 0.3,
}
TINY: dict[str, Callable[[str], Any]] = {
    "llama": lambda kind: LlamaForCausalLM(LlamaConfig(**SIZES, attn_implementation=kind)),
    "qwen2": lambda kind: Qwen2ForCausalLM(
        Qwen2Config(**SIZES, tie_word_embeddings=True, attn_implementation=kind)
    ),
}


def _texts() -> list[Example]:
    """Two prompts with the same first tokens, with programs of different lengths; a lone text; one twice."""
    random = torch.Generator().manual_seed(5)

    def some(count: int) -> list[int]:
        return torch.randint(0, 64, (count,), generator=random).tolist()

    system, lone = some(6), some(9)
    prompts = [system + some(7), system + some(4)]
    lines = [prompts[place] + some(count) for place, count in ((0, 3), (1, 8), (0, 12), (1, 1), (0, 5))]
    # A text that another one begins with, and programs that share their beginning as well.
    lines += [lone, lone, lines[2][:-4], lines[2][:-4] + some(2)]
    return [
        Example(line, [(1 + (3 * place + number) % 5) / 4 * (place % 4 != 1) for place in range(len(line))])
        for number, line in enumerate(lines)
    ]


def _gradients(model: Any, layout: Layout, size: int, most: int) -> tuple[float, dict[str, torch.Tensor]]:
    model.zero_grad(set_to_none=True)
    loss = TokenLoss(model, CPU, layout)
    value = 0.0
    for group in micro_batches(layout, _texts(), size, most, 1000):
        part = loss(group) / 10
        part.backward()
        value += float(part.detach())
    loss.close()
    return value, {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


@pytest.mark.parametrize("kind", ["sdpa", "eager"])
@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize(
    ("size", "most", "row"), [(9, 1000, 1000), (4, 1000, 1000), (9, 30, 1000), (9, 1000, 24)]
)
def test_shared_beginnings_change_neither_loss_nor_gradients(
    name: str, kind: str, size: int, most: int, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layouts, "_ROW_TOKENS", row)
    torch.manual_seed(3)
    model = TINY[name](kind)
    layout = choose_layout(model, CPU)
    assert isinstance(layout, TreeLayout)
    expected, plain = _gradients(model, PlainLayout(), 9, 1000)
    value, shared = _gradients(model, layout, size, most)
    assert value == pytest.approx(expected, abs=1e-5)
    assert max(float(gradient.abs().max()) for gradient in plain.values()) > 0.1
    for parameter, gradient in plain.items():
        torch.testing.assert_close(shared[parameter], gradient, rtol=0, atol=1e-5)


def test_a_shared_beginning_stands_once() -> None:
    texts = _texts()
    distinct = {tuple(text.ids[: end + 1]) for text in texts for end in range(len(text.ids))}
    layout = TreeLayout(torch.bool)
    rows = layout.rows(texts)
    assert rows.tokens == layout.tokens(layout.ordered(texts)) == len(distinct)
    assert rows.arguments["input_ids"].shape == (1, len(distinct))
    assert rows.tokens < sum(len(text.ids) for text in texts) * 0.7


def test_long_rows_are_cut_into_rows_of_similar_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "_ROW_TOKENS", 20)
    rows = TreeLayout(torch.bool).rows(_texts())
    count, length = rows.arguments["input_ids"].shape
    assert count > 1
    assert length < 40
    assert rows.arguments["attention_mask"].shape == (count, 1, length, length)


@pytest.mark.parametrize(
    "model",
    [
        lambda: MistralForCausalLM(MistralConfig(**SIZES, sliding_window=64)),
        lambda: Qwen2ForCausalLM(
            Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=64, max_window_layers=1)
        ),
        lambda: MambaForCausalLM(MambaConfig(vocab_size=64, hidden_size=32, num_hidden_layers=2)),
        lambda: BloomForCausalLM(BloomConfig(vocab_size=64, hidden_size=32, n_layer=2, n_head=4)),
    ],
    ids=["window", "window on some layers", "no attention", "positions of its own"],
)
def test_a_model_that_computes_otherwise_keeps_one_text_per_row(model: Callable[[], Any]) -> None:
    torch.manual_seed(3)
    assert isinstance(choose_layout(model(), CPU), PlainLayout)


def _example(length: int, labels: int) -> Example:
    return Example(list(range(length)), [0.0] * (length - labels) + [1.0] * labels)


@pytest.mark.parametrize("layout", [PlainLayout(), TreeLayout(torch.bool)])
@pytest.mark.parametrize(
    ("size", "most_tokens", "most_labels"),
    [(1, 100, 100), (3, 100, 100), (3, 100, 9), (8, 1, 1), (8, 14, 100), (100, 1000, 1000)],
)
def test_micro_batches_keep_all(layout: Layout, size: int, most_tokens: int, most_labels: int) -> None:
    batch = [_example(length, labels) for length, labels in [(9, 4), (3, 2), (30, 20), (5, 4), (7, 6)]]
    groups = micro_batches(layout, batch, size, most_tokens, most_labels)
    assert [len(example.ids) for group in groups for example in group] == [3, 5, 7, 9, 30]
    for group in groups:
        assert 1 <= len(group) <= size
        assert len(group) == 1 or sum(example.labels for example in group) <= most_labels
        assert len(group) == 1 or layout.tokens(group) <= most_tokens
