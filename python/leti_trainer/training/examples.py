"""Training texts as tokens, and the order in which they make steps."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from leti_trainer.errors import TrainerError
from leti_trainer.segments import SegmentTokenizer
from leti_trainer.validation import Message, validated


class _Segment(Message):
    """TrainingSegment of src/protocol/training.ts."""

    text: str
    kind: Literal["frame", "text"]
    role: Literal["verdict", "feedback", "task", "program", "end", "pretrain"]
    weight: Annotated[float, Field(ge=0)]


class _TrainingExample(Message):
    id: str
    segments: Annotated[list[_Segment], Field(min_length=1)]


@dataclass(frozen=True)
class Example:
    """Token ids, and for each the weight of predicting it (losses.py). Nothing predicts the first id."""

    ids: list[int]
    weights: list[float]

    @property
    def total_weight(self) -> float:
        return sum(self.weights[1:])

    @property
    def labels(self) -> int:
        """Number of tokens with a weight: each needs one position's logits."""
        return sum(weight != 0 for weight in self.weights[1:])


@dataclass(frozen=True)
class ExampleFile:
    """Examples to train on, and how many lines were left out: too long, or without any weight."""

    examples: list[Example]
    too_long: int
    weightless: int


def read_examples(path: Path, tokenizer: SegmentTokenizer, max_tokens: int) -> ExampleFile:
    """Reads the TrainingExamples of a JSON-lines file (UTF-8).

    An example of more than `max_tokens` tokens is left out whole: a cut program would teach not to end it.
    TrainerError `bad_input`: the file cannot be read, or the message names the line that is wrong.
    """
    examples: list[Example] = []
    too_long = weightless = 0
    for number, line in _lines(path):
        ids, weights = tokenizer.encode_weighted(_segments(line, f"{path}:{number}"))
        example = Example(ids, weights)
        if len(ids) > max_tokens:
            too_long += 1
        elif example.total_weight > 0:
            examples.append(example)
        else:
            weightless += 1
    return ExampleFile(examples, too_long, weightless)


def plan_steps(count: int, epochs: int, batch_size: int, seed: int, most: int = 0) -> list[list[int]]:
    """Indices of the examples of each step. Each epoch shuffles them by the seed and cuts batches.

    With `most` above 0 there are exactly `most` steps, however many epochs they need. A pure function.
    """
    steps: list[list[int]] = []
    for epoch in itertools.count():
        if len(steps) >= most > 0 or (most == 0 and epoch == epochs):
            break
        order = list(range(count))
        random.Random(f"{seed}/{epoch}").shuffle(order)
        steps.extend(order[start : start + batch_size] for start in range(0, count, batch_size))
    return steps[:most] if most > 0 else steps


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        # Only a newline ends a line: JSON may hold U+2028 as it is.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainerError("bad_input", f"{path} cannot be read: {error}") from error
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _segments(line: str, where: str) -> list[dict[str, Any]]:
    """The segments of a TrainingExample, checked."""
    try:
        value = json.loads(line)
    except ValueError as error:
        raise TrainerError("bad_input", f"{where}: expected a JSON object: {error}") from error
    return [segment.model_dump() for segment in validated(_TrainingExample, value, where).segments]
