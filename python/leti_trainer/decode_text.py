"""Text out of tokens, one token at a time, without ever showing half a character."""

from __future__ import annotations

from tokenizers import Tokenizer

_INCOMPLETE = "\N{REPLACEMENT CHARACTER}"
# A token's text may depend on what stands before it (leading spaces, joined bytes): so many tokens of it are
# decoded along.
_CONTEXT = 4


class TextStream:
    """The text of tokens that follow a prompt."""

    def __init__(self, tokenizer: Tokenizer, prompt: list[int]) -> None:
        self._tokenizer = tokenizer
        self._ids = prompt[-_CONTEXT:]
        self._start = 0
        self._read = len(self._ids)
        self._shown = self._decode(self._ids)
        self.text = ""

    def push(self, token: int) -> bool:
        """Takes a token; true when `text` has grown. Text waits until its characters are whole."""
        self._ids.append(token)
        window = self._decode(self._ids[self._start :])
        if len(window) <= len(self._shown) or window.endswith(_INCOMPLETE):
            return False
        self._show(window)
        return True

    def flush(self) -> None:
        """Adds what was held back, broken characters included."""
        window = self._decode(self._ids[self._start :])
        if len(window) > len(self._shown):
            self._show(window)

    def _show(self, window: str) -> None:
        self.text += window[len(self._shown) :]
        self._start = self._read
        self._read = len(self._ids)
        self._shown = self._decode(self._ids[self._start :])

    def _decode(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=False)
