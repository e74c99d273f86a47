"""Turns tokens into text, one token at a time, and never shows half a character."""

from __future__ import annotations

from tokenizers import Tokenizer

_INCOMPLETE = "\N{REPLACEMENT CHARACTER}"
_CONTEXT = 4
"""Tokens of the prompt that are decoded too: a token's text can depend on those before it (spaces, bytes)."""


class TextStream:
    """The text of tokens that follow a prompt.

    What the prompt gave back (`given`) is written again first and is left out.
    """

    def __init__(self, tokenizer: Tokenizer, prompt: list[int], given: str = "") -> None:
        self._tokenizer = tokenizer
        self._ids = prompt[-_CONTEXT:]
        self._missing = len(given)
        self._start = 0
        self._read = len(self._ids)
        self._shown = self._decode(self._ids)
        self.text = ""

    def push(self, token: int) -> bool:
        """Appends a token id; returns True when `text` has grown.

        Text waits until its characters are whole.
        """
        self._ids.append(token)
        window = self._decode(self._ids[self._start :])
        if len(window) <= len(self._shown) or window.endswith(_INCOMPLETE):
            return False
        return self._show(window)

    def flush(self) -> None:
        """Appends the text that waits, broken characters included."""
        window = self._decode(self._ids[self._start :])
        if len(window) > len(self._shown):
            self._show(window)

    def _show(self, window: str) -> bool:
        piece = window[len(self._shown) :]
        self.text += piece[self._missing :]
        grown = len(piece) > self._missing
        self._missing = max(0, self._missing - len(piece))
        self._start = self._read
        self._read = len(self._ids)
        self._shown = self._decode(self._ids[self._start :])
        return grown

    def _decode(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=False)
