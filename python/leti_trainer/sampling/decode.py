"""The decode loop: writes the programs of a batch, with any engine that computes logits."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from tokenizers import Tokenizer

from leti_trainer.sampling.decode_choice import choose
from leti_trainer.sampling.decode_text import TextStream
from leti_trainer.sampling.healing import ByteVocabulary, EncodedPrompt
from leti_trainer.sampling.random_stream import uniform

Emit = Callable[[dict[str, Any]], None]


class Engine(Protocol):
    """Computes logits for the rows of a batch and keeps each row's keys and values between steps.

    `name` holds library, version and precision. `context_length` counts the tokens of prompt and program.
    `joins`: whether rows may join while others are being written.
    """

    name: str
    context_length: int
    joins: bool

    def start(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        """Reads every prompt once without its last token, and makes `counts[i]` rows of prompt i, in order.

        At most `new_tokens` calls of `step` follow for each row. What was there before is dropped.
        """

    def join(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        """Does the same behind the rows that are there."""

    def step(self, tokens: np.ndarray) -> np.ndarray:
        """Appends `tokens` (R,) int64, one to each row. Returns logits (R, V) float32.

        The array is valid until the next call, and may be written into.
        """
        ...

    def keep(self, slots: np.ndarray) -> None:
        """Keeps the rows `slots` (K,) int64 and drops the others: row i becomes the former row `slots[i]`."""


@dataclass(frozen=True)
class DecodeItem:
    """One prompt in tokens, and its number of rows. A row ends when `stop` matches its text."""

    key: int
    prompt: EncodedPrompt
    samples: int
    stop: re.Pattern[str]


@dataclass(frozen=True)
class DecodeSettings:
    temperature: float
    top_p: float
    top_k: int
    max_tokens: int
    seed: int
    round: int
    rows: int
    """Most rows at once, but for a prompt that alone has more."""


class _Row:
    def __init__(self, order: int, item: DecodeItem, sample: int, tokenizer: Tokenizer) -> None:
        # Programs that finish at the same step are emitted in this order, though rows change their places.
        self.order = order
        self.item = item
        self.key = item.key
        self.sample = sample
        self.position = 0
        self.stream = TextStream(tokenizer, item.prompt.ids, item.prompt.given)
        # What of its prompt the row still has to write again.
        self.owed = item.prompt.owed
        self.tokens = 0

    def program(self, finish: str) -> dict[str, Any]:
        self.stream.flush()
        return {
            "event": "program",
            "key": self.item.key,
            "sample": self.sample,
            "text": self.stream.text,
            "tokens": self.tokens,
            "finish": finish,
        }


def decode_batch(
    engine: Engine,
    tokenizer: Tokenizer,
    vocabulary: ByteVocabulary,
    end_ids: frozenset[int],
    items: list[DecodeItem],
    settings: DecodeSettings,
    emit: Emit,
) -> int:
    """Emits a `program` event for each sample of each item when it finishes; returns the tokens written.

    A row leaves when it finishes. Then the next prompt joins that the free rows hold, in the order of
    `items`. An empty prompt, or one that fills the model's context, gets empty programs with the finish
    `length`. Tokens that write the end of a prompt again count as others do: in the limit, in `tokens`, and
    as positions in the names of random numbers. TrainerError `bad_model`: a logit is not a number.
    """
    waiting: deque[list[_Row]] = deque()
    order = 0
    for item in items:
        samples = [_Row(order + sample, item, sample, tokenizer) for sample in range(item.samples)]
        order += len(samples)
        if 0 < len(item.prompt.ids) < engine.context_length:
            waiting.append(samples)
        else:
            for row in samples:
                emit(row.program("length"))
    rows: list[_Row] = []
    tokens = np.zeros(0, dtype=np.int64)
    written = 0
    while rows or waiting:
        joining = _joining(waiting, len(rows), settings.rows, engine.joins)
        if joining:
            add = engine.join if rows else engine.start
            add(
                [group[0].item.prompt.ids for group in joining],
                [len(group) for group in joining],
                settings.max_tokens,
            )
            new = [row for group in joining for row in group]
            rows += new
            tokens = np.concatenate([tokens, [row.item.prompt.ids[-1] for row in new]]).astype(np.int64)
        keys, samples, positions = (
            np.array([getattr(row, name) for row in rows]) for name in ("key", "sample", "position")
        )
        uniforms = uniform(settings.seed, settings.round, keys, samples, positions)
        logits = engine.step(tokens)
        vocabulary.restrict(logits, [row.owed for row in rows])
        tokens = choose(logits, settings.temperature, settings.top_k, settings.top_p, uniforms)
        for row, token in zip(rows, tokens, strict=True):
            row.position += 1
            row.owed = vocabulary.pay(row.owed, int(token))
        finishes = [
            _finish(row, int(token), end_ids, settings.max_tokens, engine.context_length)
            for row, token in zip(rows, tokens, strict=True)
        ]
        written += sum(finish != "end" for finish in finishes)
        done = [(row, finish) for row, finish in zip(rows, finishes, strict=True) if finish is not None]
        for row, finish in sorted(done, key=lambda pair: pair[0].order):
            emit(row.program(finish))
        if done:
            slots = _close_gaps(np.array([finish is None for finish in finishes]))
            if len(slots) > 0:
                engine.keep(slots)
            rows = [rows[slot] for slot in slots]
            tokens = tokens[slots]
    return written


def _joining(waiting: deque[list[_Row]], there: int, most: int, joins: bool) -> list[list[_Row]]:
    """Takes the next prompts with their rows, while `most` rows hold them with those that are there."""
    if there > 0 and not joins:
        return []
    joining: list[list[_Row]] = []
    while waiting and (there + len(waiting[0]) <= most or there == 0):
        group = waiting.popleft()
        joining.append(group)
        there += len(group)
    return joining


def _finish(row: _Row, token: int, end_ids: frozenset[int], max_tokens: int, context: int) -> str | None:
    """Appends a token to a row. Returns why the row ends here ("end", "stop", "length"), or None."""
    if token in end_ids:
        return "end"
    row.tokens += 1
    if row.stream.push(token) and row.item.stop.search(row.stream.text):
        return "stop"
    if row.tokens >= max_tokens or len(row.item.prompt.ids) + row.tokens >= context:
        return "length"
    return None


def _close_gaps(active: np.ndarray) -> np.ndarray:
    """The slots of the active rows. The last ones fill the gaps, so that few rows change their places."""
    count = int(active.sum())
    slots = np.arange(count)
    slots[~active[:count]] = np.nonzero(active[count:])[0] + count
    return slots
