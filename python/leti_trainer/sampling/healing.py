"""Token healing: a prompt gives its end back, and the model writes it again in tokens of its own choice."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from leti_trainer.segments import SegmentTokenizer

_MOST_BACK = 8
"""Most tokens that a prompt gives back: a word of many tokens is read rather than written again."""
_WHITE_SPACE = re.compile("[\u0109\u010a\u010d\u0120]+")
"""Only white space, in the alphabet of byte-level vocabularies."""
_KEPT = 64
"""Ends of prompts repeat, so this many answers of `fitting` are kept."""


@dataclass(frozen=True)
class Fitting:
    """The ids that fit to what is owed: `always` (A,) int64.

    `wanted` are beginnings that fit only as the model's first choice.
    """

    always: np.ndarray
    wanted: frozenset[int]


@dataclass(frozen=True)
class EncodedPrompt:
    """A prompt in tokens. What it gave back is not among `ids`: the model writes it again.

    `owed` spells the tokens that were given back, `given` is the same as text. The program begins behind it.
    """

    ids: list[int]
    owed: tuple[str, ...]
    given: str


class ByteVocabulary:
    """The tokens of a byte-level vocabulary, spelled in GPT-2's alphabet: one character per byte.

    A token may hold a part of a character, so spellings are compared and not text. Special tokens have no
    spelling here, and no token has one in a vocabulary of another kind.
    `src/inference/tokens/byteVocabulary.ts` and `tokenizer.ts` do the same.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._fitting: dict[tuple[str, ...], Fitting] = {}
        self._ids: dict[str, int] = {}
        if type(tokenizer.decoder).__name__ == "ByteLevel":
            self._ids = tokenizer.get_vocab(with_added_tokens=False)
        self._added = tokenizer.get_added_tokens_decoder()
        # Spellings by their first two characters, or by the one that is all.
        self._start: dict[str, list[str]] = defaultdict(list)
        for spelling in self._ids:
            self._start[spelling[:2]].append(spelling)
        for token in self._added.values():
            if token.content in self._ids:
                self._start[token.content[:2]].remove(token.content)

    def encode_prompt(self, segments: SegmentTokenizer, prompt: list[dict[str, Any]]) -> EncodedPrompt:
        """The ids of a prompt. Its last text gives its end back, which may be a part of a longer token."""
        ids = segments.encode_segments(prompt)
        ends_in_text = len(prompt) > 0 and prompt[-1]["kind"] == "text"
        size = self._size_of_last_piece(prompt[-1]["text"]) if ends_in_text else 0
        begin = len(ids)
        owed: list[str] = []
        # A model reads at least one token before it writes.
        while begin > 1 and len("".join(owed)) < size:
            spelling = self._spelling(ids[begin - 1])
            if spelling is None or (len(ids) - begin >= _MOST_BACK and not self._cut(ids[begin:])):
                break
            begin -= 1
            owed.insert(0, spelling)
        return EncodedPrompt(ids[:begin], tuple(owed), self._decode(ids[begin:]))

    def restrict(self, logits: np.ndarray, owed: list[tuple[str, ...]]) -> None:
        """Rules out, in place, the tokens of `logits` (R, V) that do not fit to what each row owes.

        A token fits if it begins with all of it. A mere beginning fits if it was given back as such, or if it
        is the model's first choice. Other beginnings are likely for the sake of texts that are not owed.
        """
        for row, rest in enumerate(owed):
            if not rest:
                continue
            fitting = self.fitting(rest)
            best = int(logits[row].argmax())
            fits = fitting.always[fitting.always < logits.shape[1]]
            if best in fitting.wanted:
                fits = np.append(fits, best)
            kept = logits[row, fits]
            logits[row] = -np.inf
            logits[row, fits] = kept

    def pay(self, owed: tuple[str, ...], token: int) -> tuple[str, ...]:
        """What is owed after a token."""
        spelling = self._spelling(token)
        if not owed or spelling is None or spelling == owed[0]:
            return owed[1:]
        rest = "".join(owed)[len(spelling) :]
        return (rest,) if rest else ()

    def fitting(self, owed: tuple[str, ...]) -> Fitting:
        """The ids that fit to what is owed."""
        found = self._fitting.get(owed)
        if found is None:
            whole = "".join(owed)
            near = self._search(whole)
            longer = [spelling for spelling in near if spelling.startswith(whole)]
            beginnings = [spelling for spelling in near if not spelling.startswith(whole)]
            # White space is cut by what follows it, so each beginning of it is as good as another.
            every = not longer or _WHITE_SPACE.fullmatch(whole) is not None
            always = [spelling for spelling in beginnings if every or spelling == owed[0]]
            found = Fitting(
                np.array([self._ids[spelling] for spelling in longer + always], dtype=np.int64),
                frozenset(self._ids[spelling] for spelling in beginnings),
            )
            if len(self._fitting) >= _KEPT:
                self._fitting.clear()
            self._fitting[owed] = found
        return found

    def _search(self, owed: str) -> list[str]:
        """The spellings that begin with what is owed, or are a beginning of it."""
        if len(owed) == 1:
            return [s for start, some in self._start.items() if start[0] == owed for s in some]
        near = [s for s in self._start.get(owed[:2], []) if s.startswith(owed) or owed.startswith(s)]
        return self._start.get(owed[:1], []) + near

    def _spelling(self, token: int) -> str | None:
        """None for special and unknown tokens."""
        spelling = self._tokenizer.id_to_token(token)
        return None if token in self._added or spelling not in self._ids else spelling

    def _size_of_last_piece(self, text: str) -> int:
        """The length in bytes of the last piece: what follows can merge with it, and with nothing before it.

        White space in front of white space belongs to it, because a line break that follows merges both.
        """
        normalizer, cutter = self._tokenizer.normalizer, self._tokenizer.pre_tokenizer
        if cutter is None:
            return 0
        whole = normalizer.normalize_str(text) if normalizer else text
        pieces = [piece for piece, _ in cutter.pre_tokenize_str(whole)]
        first = len(pieces) - 1
        while first > 0 and all(_WHITE_SPACE.fullmatch(piece) for piece in pieces[first - 1 : first + 1]):
            first -= 1
        return sum(len(piece) for piece in pieces[max(first, 0) :])

    def _cut(self, ids: list[int]) -> bool:
        """Whether tokens begin inside a character."""
        return self._decode(ids).startswith("\N{REPLACEMENT CHARACTER}")

    def _decode(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=False)
