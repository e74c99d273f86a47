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
"""Ends of prompts repeat, so this many answers of `_ruled_out` are kept."""


@dataclass(frozen=True)
class EncodedPrompt:
    """A prompt in tokens. What it gave back is not among `ids`: the model writes it again.

    `owed` spells what was given back, `given` is the same as text. The program begins behind it.
    """

    ids: list[int]
    owed: str
    given: str


class ByteVocabulary:
    """The tokens of a byte-level vocabulary, spelled in GPT-2's alphabet: one character per byte.

    A token may hold a part of a character, so spellings are compared and not text. Special tokens have no
    spelling here, and no token has one in a vocabulary of another kind.
    `src/inference/tokens/byteVocabulary.ts` and `tokenizer.ts` do the same.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._ruled_out: dict[str, np.ndarray] = {}
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
        owed = ""
        # A model reads at least one token before it writes.
        while begin > 1 and len(owed) < size:
            spelling = self._spelling(ids[begin - 1])
            if spelling is None or (len(ids) - begin >= _MOST_BACK and not self._cut(ids[begin:])):
                break
            begin -= 1
            owed = spelling + owed
        return EncodedPrompt(ids[:begin], owed, self._decode(ids[begin:]))

    def restrict(self, logits: np.ndarray, owed: list[str]) -> None:
        """Rules out, in place, the tokens of `logits` (R, V) that do not fit to what each row owes.

        A token fits if it begins with all of it, or is a beginning of it.
        """
        for row, rest in enumerate(owed):
            if rest:
                np.copyto(logits[row], -np.inf, where=self._without(rest, logits.shape[1]))

    def pay(self, owed: str, token: int) -> str:
        """What is owed after a token."""
        return owed[len(self._spelling(token) or owed) :] if owed else owed

    def allowed(self, owed: str) -> list[int]:
        """The ids that fit to what is owed, in no order."""
        if len(owed) == 1:
            return [self._ids[s] for start, some in self._start.items() if start[0] == owed for s in some]
        near = (s for s in self._start.get(owed[:2], []) if s.startswith(owed) or owed.startswith(s))
        return [self._ids[s] for s in (*self._start.get(owed[:1], []), *near)]

    def _spelling(self, token: int) -> str | None:
        """None for special and unknown tokens."""
        spelling = self._tokenizer.id_to_token(token)
        return None if token in self._added or spelling not in self._ids else spelling

    def _without(self, owed: str, size: int) -> np.ndarray:
        """Whether each of `size` tokens is ruled out: (size,) bool."""
        found = self._ruled_out.get(owed)
        if found is None or len(found) != size:
            found = np.ones(size, dtype=bool)
            found[[token for token in self.allowed(owed) if token < size]] = False
            if len(self._ruled_out) >= _KEPT:
                self._ruled_out.clear()
            self._ruled_out[owed] = found
        return found

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
