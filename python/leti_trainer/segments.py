"""Tokens of segments: ours with special tokens, everybody else's text without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer

from leti_trainer.errors import TrainerError

_CONTROL = re.compile(r"<\|[^|\s]+\|>")
"""Tokens of this form control a model, though some tokenizers do not call all of them special."""


def tokenizer_of(file: Path) -> Tokenizer:
    """A tokenizer in which every control token is special. Raises what the library raises, and OSError."""
    tokenizer = Tokenizer.from_str(file.read_text(encoding="utf-8"))
    control = [
        token.content
        for token in tokenizer.get_added_tokens_decoder().values()
        if not token.special and _CONTROL.fullmatch(token.content)
    ]
    tokenizer.add_special_tokens([AddedToken(content, special=True, normalized=False) for content in control])
    return tokenizer


class SegmentTokenizer:
    """Tokenises segments one by one and joins their ids, in the same way for training and for sampling.

    A `frame` may hold special tokens (chat template, verdict markers, end of text). `text` comes from tasks,
    feedback or programs: in it `<|im_start|>` is ordinary characters.
    """

    def __init__(self, folder: Path) -> None:
        """TrainerError `bad_model`: the folder's tokenizer.json is missing or broken."""
        file = Path(folder) / "tokenizer.json"
        try:
            self._frame = tokenizer_of(file)
            self._text = tokenizer_of(file)
        except FileNotFoundError as error:
            raise TrainerError(
                "bad_model", f"the model folder has no tokenizer: {file} is missing"
            ) from error
        except Exception as error:  # noqa: BLE001 (the library raises bare Exception for bad files)
            raise TrainerError("bad_model", f"{file} is no tokenizer: {error}") from error
        self._text.encode_special_tokens = True

    def encode_segments(self, segments: list[dict[str, Any]]) -> list[int]:
        """Ids of all segments in their order."""
        return [token for segment in segments for token in self._encode(segment)]

    def encode_weighted(self, segments: list[dict[str, Any]]) -> tuple[list[int], list[float]]:
        """Ids, and for each the weight of its segment in the loss."""
        ids: list[int] = []
        weights: list[float] = []
        for segment in segments:
            tokens = self._encode(segment)
            ids.extend(tokens)
            weights.extend([float(segment["weight"])] * len(tokens))
        return ids, weights

    def _encode(self, segment: dict[str, Any]) -> list[int]:
        kind = segment["kind"]
        if kind not in ("frame", "text"):
            raise ValueError(f"a segment's kind is frame or text, not {kind!r}")
        tokenizer = self._frame if kind == "frame" else self._text
        return tokenizer.encode(segment["text"], add_special_tokens=False).ids
