"""Chooses the next token of all rows at once: temperature, top-k, top-p, inverse distribution function."""

from __future__ import annotations

import math

import numpy as np

from leti_trainer.errors import TrainerError

_TAIL_SHARE = 1e-4
"""Tokens below this share of the row's likeliest one are sorted only where the choice needs them.

Nearly all rows of code have one likely token, so they sort a few tokens and not the vocabulary.
"""


def choose(
    logits: np.ndarray, temperature: float, top_k: int, top_p: float, uniforms: np.ndarray
) -> np.ndarray:
    """The next token (R,) int64 of each row of `logits` (R, V) float32.

    Tokens are ordered by descending logit, equal ones by ascending id. The first `top_k` stay (0: all), and
    of those the smallest prefix with at least `top_p` of their probability. The row's number in `uniforms`
    (R,) float64, in [0, 1), picks the token where the cumulative probability passes it. Temperature 0 takes
    the first token. TrainerError `bad_model`: a row's largest logit is not finite.
    """
    best = logits.argmax(axis=1)
    peaks = np.take_along_axis(logits, best[:, None], axis=1)
    if not np.isfinite(peaks).all():
        raise TrainerError("bad_model", "the model's output is not a number: its weights are damaged")
    if temperature == 0:
        return best
    scaled = np.multiply(logits - peaks, np.float32(1 / temperature))
    rows, ids = np.divmod(np.flatnonzero(scaled >= np.float32(math.log(_TAIL_SHARE))), logits.shape[1])
    drops = (peaks[rows, 0].astype(np.float64) - logits[rows, ids]) / temperature
    order = np.argsort(rows * (drops.max() + 1) + drops, kind="stable")
    rows, ids, drops = rows[order], ids[order], drops[order]
    counts = np.bincount(rows, minlength=len(logits))
    starts = np.cumsum(counts) - counts
    weights = np.exp(-drops)
    if top_k > 0:
        weights[np.arange(len(rows)) - starts[rows] >= top_k] = 0
        totals = np.add.reduceat(weights, starts)
        complete = counts >= min(top_k, logits.shape[1])
    else:
        totals = np.exp(scaled, out=scaled).sum(axis=1).astype(np.float64)
        complete = counts == logits.shape[1]
    # One running sum over all rows; the part of row r starts at bases[r].
    running = np.cumsum(weights)
    bases = np.where(starts > 0, running[starts - 1], 0.0)
    ends = starts + counts - 1
    nucleus = np.searchsorted(running, bases + top_p * totals, side="left")
    inside = nucleus <= ends
    masses = np.where(inside, running[np.minimum(nucleus, ends)] - bases, totals)
    places = np.searchsorted(running, bases + uniforms * masses, side="right")
    found = (places <= ends) & (inside | (top_p == 1)) & (complete if top_k > 0 else True)
    chosen = ids[np.minimum(places, ends)]
    for row in np.nonzero(~found)[0]:
        chosen[row] = choose_by_sorting(logits[row], temperature, top_k, top_p, float(uniforms[row]))
    return chosen


def choose_by_sorting(
    logits: np.ndarray, temperature: float, top_k: int, top_p: float, uniform: float
) -> int:
    """Does the work of `choose` for one row (V,) by sorting the whole vocabulary; temperature above 0."""
    order = np.argsort(-logits, kind="stable")
    if top_k > 0:
        order = order[:top_k]
    kept = logits[order].astype(np.float64)
    cumulative = np.cumsum(np.exp((kept - kept[0]) / temperature))
    last = min(int(np.searchsorted(cumulative, top_p * cumulative[-1], side="left")), len(order) - 1)
    place = int(np.searchsorted(cumulative, uniform * cumulative[last], side="right"))
    return int(order[min(place, last)])
