from __future__ import annotations

import numpy as np

from leti_trainer.sampling.random_stream import uniform

# The same values stand in test/unit/inference/choice.test.ts: both languages must draw the same numbers.
GOLDEN = {
    (0, 0, 0, 0, 0): 0.47141042966848024,
    (42, 0, 1, 2, 3): 0.9215179615165763,
    (1, 2, 4294967295, 7, 159): 0.6129404756322039,
    (9007199254740991, 3, 2166136261, 0, 1): 0.8539035481603935,
}


def test_golden_values() -> None:
    for name, value in GOLDEN.items():
        assert float(uniform(*name)) == value


def test_arrays_are_elementwise() -> None:
    keys = np.array([1, 2, 3])
    together = uniform(42, 1, keys, np.array([0, 1, 2]), 5)
    assert together.tolist() == [float(uniform(42, 1, key, key - 1, 5)) for key in (1, 2, 3)]


def test_is_uniform() -> None:
    numbers = uniform(1, 1, 1, 1, np.arange(20_000))
    counts = np.histogram(numbers, bins=10, range=(0, 1))[0]
    # Standard deviation of a bin's count is 42.
    assert np.abs(counts - 2000).max() < 250
