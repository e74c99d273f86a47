"""Training texts as tokens, and the order in which they make steps."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from leti_trainer.errors import TrainerError
from leti_trainer.segments import SegmentTokenizer


@dataclass(frozen=True)
class Example:
    """Ids, and for each id the weight of predicting it. The first id is never predicted."""

    ids: list[int]
    weights: list[float]

    @property
    def total_weight(self) -> float:
        return sum(self.weights[1:])

    @property
    def span(self) -> int:
        """Tokens from the first one with a weight to the end: how many positions need logits."""
        first = next((i for i, weight in enumerate(self.weights) if i > 0 and weight > 0), len(self.ids))
        return len(self.ids) - first


def read_examples(path: Path, tokenizer: SegmentTokenizer, max_tokens: int) -> tuple[list[Example], int]:
    """The examples of a JSON-lines file, and how many were longer than `max_tokens` and left out.

    A long example is left out whole: a program that is cut teaches not to end it.
    """
    examples: list[Example] = []
    dropped = 0
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise TrainerError("bad_input", f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            ids, weights = tokenizer.encode_weighted(json.loads(line)["segments"])
        except (ValueError, KeyError, TypeError) as error:
            raise TrainerError(
                "bad_input", f"{path}:{number}: expected a training example: {error}"
            ) from error
        example = Example(ids, weights)
        if len(ids) > max_tokens:
            dropped += 1
        elif example.total_weight > 0:
            examples.append(example)
    return examples, dropped


def plan_steps(count: int, epochs: int, batch_size: int, seed: int) -> list[list[int]]:
    """Indices of the examples of each step: a seeded shuffle an epoch, cut into batches. A pure function."""
    steps: list[list[int]] = []
    for epoch in range(epochs):
        order = list(range(count))
        random.Random(f"{seed}/{epoch}").shuffle(order)
        steps.extend(order[start : start + batch_size] for start in range(0, count, batch_size))
    return steps


def micro_batches(batch: list[Example], size: int) -> list[list[Example]]:
    """A step's examples in groups of at most `size`, like lengths together so that little is padded."""
    ordered = sorted(batch, key=lambda example: (example.span, len(example.ids)))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
