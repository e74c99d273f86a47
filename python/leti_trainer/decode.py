"""The decode loop: writes a batch of programs to its end with whatever engine computes the logits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from tokenizers import Tokenizer

from leti_trainer.decode_choice import choose
from leti_trainer.decode_text import TextStream
from leti_trainer.random_stream import uniform

Emit = Callable[[dict[str, Any]], None]


class Engine(Protocol):
    """Computes logits for rows that share a batch; keeps each row's keys and values from step to step."""

    name: str
    context_length: int

    def start(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        """Reads every prompt once, all but its last token, and lays out `counts[i]` rows of prompt i."""

    def step(self, tokens: np.ndarray) -> np.ndarray:
        """Appends one token to each row; the logits after it (rows x vocabulary) until the next call."""
        ...

    def keep(self, slots: np.ndarray) -> None:
        """Drops rows: row i becomes what row `slots[i]` was."""


@dataclass(frozen=True)
class DecodeItem:
    """One prompt; `stop` ends a row when it matches the text written so far."""

    key: int
    prompt: list[int]
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


class _Row:
    def __init__(self, order: int, item: DecodeItem, sample: int, tokenizer: Tokenizer) -> None:
        # Rows that finish together are told in this order, wherever they lie in the batch by then.
        self.order = order
        self.item = item
        self.sample = sample
        self.stream = TextStream(tokenizer, item.prompt)
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
    end_ids: frozenset[int],
    items: list[DecodeItem],
    settings: DecodeSettings,
    emit: Emit,
) -> int:
    """Emits a `program` event for each sample of each item as it finishes; returns the tokens written.

    Rows leave the batch as they finish. A prompt that leaves no room in the model's context gets empty
    programs.
    """
    fitting: list[DecodeItem] = []
    rows: list[_Row] = []
    for item in items:
        samples = [_Row(len(rows) + sample, item, sample, tokenizer) for sample in range(item.samples)]
        if 0 < len(item.prompt) < engine.context_length:
            fitting.append(item)
            rows += samples
        else:
            for row in samples:
                emit(row.program("length"))
    if not fitting:
        return 0
    engine.start([item.prompt for item in fitting], [item.samples for item in fitting], settings.max_tokens)
    tokens = np.array([row.item.prompt[-1] for row in rows], dtype=np.int64)
    written = 0
    for position in range(settings.max_tokens):
        keys = np.array([row.item.key for row in rows])
        samples = np.array([row.sample for row in rows])
        uniforms = uniform(settings.seed, settings.round, keys, samples, position)
        logits = engine.step(tokens)
        tokens = choose(logits, settings.temperature, settings.top_k, settings.top_p, uniforms)
        finishes = [
            _finish(row, int(token), end_ids, settings.max_tokens, engine.context_length)
            for row, token in zip(rows, tokens, strict=True)
        ]
        written += sum(finish != "end" for finish in finishes)
        done = [(row, finish) for row, finish in zip(rows, finishes, strict=True) if finish is not None]
        for row, finish in sorted(done, key=lambda pair: pair[0].order):
            emit(row.program(finish))
        if len(done) == len(rows):
            break
        if done:
            slots = _close_gaps(np.array([finish is None for finish in finishes]))
            engine.keep(slots)
            rows = [rows[slot] for slot in slots]
            tokens = tokens[slots]
    return written


def _finish(row: _Row, token: int, end_ids: frozenset[int], max_tokens: int, context: int) -> str | None:
    """Gives the row its token; why the row ends with it, or nothing."""
    if token in end_ids:
        return "end"
    row.tokens += 1
    if row.stream.push(token) and row.item.stop.search(row.stream.text):
        return "stop"
    if row.tokens >= max_tokens or len(row.item.prompt) + row.tokens >= context:
        return "length"
    return None


def _close_gaps(active: np.ndarray) -> np.ndarray:
    """The slots of the active rows, the last ones moved into the gaps so that few rows move."""
    count = int(active.sum())
    slots = np.arange(count)
    slots[~active[:count]] = np.nonzero(active[count:])[0] + count
    return slots
