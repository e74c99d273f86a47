"""Checked reading of JSON objects that came from outside."""

from __future__ import annotations

import math
from typing import Any

from leti_trainer.errors import TrainerError


class Fields:
    """The fields of one object. Each is read once with its rule; `end` refuses those that nobody read.

    Every breach is a TrainerError `bad_input` that names the field and what was expected.
    """

    def __init__(self, value: Any, name: str) -> None:
        if not isinstance(value, dict):
            raise TrainerError("bad_input", f"{name}: expected an object, got {_short(value)}")
        self._left = dict(value)
        self._name = name

    def text(self, key: str) -> str:
        """A string that is not empty."""
        value = self._take(key)
        if not isinstance(value, str) or value == "":
            raise self._refused(key, "a string", value)
        return value

    def choice(self, key: str, options: tuple[str, ...]) -> str:
        value = self._take(key)
        if value not in options:
            raise self._refused(key, f"one of {', '.join(options)}", value)
        return value

    def whole(self, key: str, least: int) -> int:
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self._refused(key, f"a whole number from {least} on", value)
        return value

    def number(self, key: str, least: float, most: float = math.inf, *, above: bool = False) -> float:
        """A finite number from `least` to `most`; with `above` not `least` itself."""
        value = self._take(key)
        fits = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not fits or not least <= value <= most or (above and value == least):
            raise self._refused(key, f"a number {'above' if above else 'from'} {least} to {most}", value)
        return float(value)

    def any(self, key: str) -> Any:
        return self._take(key)

    def end(self) -> None:
        if self._left:
            raise TrainerError("bad_input", f"{self._name}: unknown field {next(iter(self._left))!r}")

    def _take(self, key: str) -> Any:
        if key not in self._left:
            raise TrainerError("bad_input", f"{self._name}: {key} is missing")
        return self._left.pop(key)

    def _refused(self, key: str, expected: str, value: Any) -> TrainerError:
        return TrainerError("bad_input", f"{self._name}: {key} is to be {expected}, not {_short(value)}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
