from __future__ import annotations

import math

import numpy as np
import pytest

from leti_trainer.errors import TrainerError
from leti_trainer.sampling.decode_choice import choose, choose_by_sorting


def naive(logits: np.ndarray, temperature: float, top_k: int, top_p: float, uniform: float) -> int:
    """The definition, with Python's own numbers."""
    order = sorted(range(len(logits)), key=lambda token: (-float(logits[token]), token))
    if top_k > 0:
        order = order[:top_k]
    peak = float(logits[order[0]])
    weights = [math.exp((float(logits[token]) - peak) / temperature) for token in order]
    total = math.fsum(weights)
    kept: list[tuple[int, float]] = []
    mass = 0.0
    for token, weight in zip(order, weights, strict=True):
        kept.append((token, weight))
        mass += weight / total
        if mass >= top_p - 1e-12:
            break
    target = uniform * sum(weight for _, weight in kept)
    passed = 0.0
    for token, weight in kept:
        passed += weight
        if passed > target:
            return token
    return kept[-1][0]


SETTINGS = [
    (0.7, 0, 0.95),
    (0.7, 0, 1.0),
    (1.0, 0, 0.5),
    (1.0, 5, 1.0),
    (1.0, 50, 0.9),
    (2.0, 1, 0.9),
    (5.0, 0, 0.99),
    (0.05, 0, 0.9),
]


@pytest.mark.parametrize(("temperature", "top_k", "top_p"), SETTINGS)
@pytest.mark.parametrize("spread", [0.2, 2.0, 8.0])
def test_equals_the_definition(spread: float, temperature: float, top_k: int, top_p: float) -> None:
    random = np.random.default_rng(3)
    logits = (random.standard_normal((40, 700)) * spread).astype(np.float32)
    uniforms = random.random(40)
    expected = [naive(row, temperature, top_k, top_p, u) for row, u in zip(logits, uniforms, strict=True)]
    assert choose(logits, temperature, top_k, top_p, uniforms).tolist() == expected
    by_sorting = [
        choose_by_sorting(row, temperature, top_k, top_p, u) for row, u in zip(logits, uniforms, strict=True)
    ]
    assert by_sorting == expected


def test_ties_go_to_the_smaller_token() -> None:
    logits = np.array([[0, 3, 1, 3, 3]], dtype=np.float32)
    assert choose(logits, 0.0, 0, 1.0, np.array([0.9])).tolist() == [1]
    assert [int(choose(logits, 0.1, 2, 1.0, np.array([u]))[0]) for u in (0.1, 0.6)] == [1, 3]
    assert [int(choose(logits, 0.1, 0, 1.0, np.array([u]))[0]) for u in (0.1, 0.5, 0.9)] == [1, 3, 4]


def test_frequencies_follow_the_distribution() -> None:
    logits = np.log(np.array([0.5, 0.3, 0.15, 0.05], dtype=np.float32))
    uniforms = (np.arange(1000) + 0.5) / 1000
    chosen = choose(np.tile(logits, (1000, 1)), 1.0, 0, 0.9, uniforms)
    shares = np.bincount(chosen, minlength=4) / 1000
    assert np.allclose(shares, [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0], atol=0.002)


def test_damaged_weights_are_told() -> None:
    with pytest.raises(TrainerError, match="not a number"):
        choose(np.full((1, 5), np.nan, dtype=np.float32), 0.7, 0, 1.0, np.array([0.5]))
