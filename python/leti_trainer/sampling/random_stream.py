"""Random numbers that are named, not drawn: the same integers give the same number, in any order."""

from __future__ import annotations

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def uniform(*name: int | np.ndarray) -> np.ndarray:
    """Numbers in [0, 1), one for each element of the broadcast non-negative integers in `name`.

    The finaliser of splitmix64 (Steele, Lea and Flood 2014) chained over them, top 53 bits; `uniform` in
    src/core/random.ts gives the same numbers.
    """
    parts = np.broadcast_arrays(*(np.asarray(part, dtype=np.uint64) for part in name))
    state = np.zeros(parts[0].shape, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            state = _mix(state ^ part)
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(value: np.ndarray) -> np.ndarray:
    z = value + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))
