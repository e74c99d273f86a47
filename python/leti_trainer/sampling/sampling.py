"""Samplers write programs in this process, behind one interface for both engines."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from leti_trainer.errors import TrainerError
from leti_trainer.sampling.decode import DecodeItem, DecodeSettings, Emit, Engine, decode_batch
from leti_trainer.sampling.healing import ByteVocabulary
from leti_trainer.segments import SegmentTokenizer, tokenizer_of


class ModelFolderError(TrainerError):
    """A model folder lacks a file or has a broken one; the message names it."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_model", message)


class Sampler:
    """Writes programs for batches of prompts. `engine` names the engine, its version and its precision."""

    def __init__(self, engine: Engine, tokenizer: Path) -> None:
        self.engine = engine.name
        self._engine = engine
        self._tokenizer = read_tokenizer(tokenizer)
        self._segments = SegmentTokenizer(tokenizer)
        self._vocabulary = ByteVocabulary(self._tokenizer)
        self._end_ids = end_ids(tokenizer, self._tokenizer)

    def sample(self, batch: dict[str, Any], emit: Emit) -> dict[str, Any]:
        """Decodes a SampleBatch (src/protocol/sampling.ts) to its end and emits its programs as they finish.

        Returns the number of programs and of tokens written. KeyError, TypeError or ValueError: the batch is
        not valid.
        """
        items = [
            DecodeItem(
                key=int(item["key"]),
                prompt=self._vocabulary.encode_prompt(self._segments, item["prompt"]),
                samples=int(item["samples"]),
                stop=_pattern(item["stop"]),
            )
            for item in batch["items"]
        ]
        settings = batch["settings"]
        tokens = decode_batch(
            self._engine,
            self._tokenizer,
            self._vocabulary,
            self._end_ids,
            items,
            DecodeSettings(
                temperature=float(settings["temperature"]),
                top_p=float(settings["topP"]),
                top_k=int(settings["topK"]),
                max_tokens=int(settings["maxTokens"]),
                seed=int(settings["seed"]),
                round=int(settings["round"]),
                rows=int(batch["rows"]),
            ),
            emit,
        )
        return {"programs": sum(item.samples for item in items), "tokens": tokens}


def _pattern(source: str) -> re.Pattern[str]:
    try:
        return re.compile(source)
    except re.error as error:
        raise ValueError(f"the stop rule {source!r} is no regular expression: {error}") from error


def load_sampler(engine: str, folder: str, tokenizer: str, device: str, threads: int) -> Sampler:
    """Loads `onnx` (an exported folder, on the CPU) or `torch` (a model folder, on `device`).

    `tokenizer` is the model's own folder; `threads` 0 leaves their number to the engine. ModelFolderError
    names what is missing or broken.
    """
    path = Path(folder)
    if not path.is_dir():
        raise ModelFolderError(f"there is no model folder {folder}")
    return Sampler(_load_engine(engine, path, device, threads), Path(tokenizer))


def _load_engine(engine: str, folder: Path, device: str, threads: int) -> Engine:
    try:
        if engine == "onnx":
            from leti_trainer.sampling.decode_onnx import OnnxEngine

            return OnnxEngine(folder, threads)
        if engine == "torch":
            from leti_trainer.sampling.decode_torch import TorchEngine

            return TorchEngine(folder, device, threads)
    except FileNotFoundError as error:
        raise ModelFolderError(f"the model folder is incomplete: {error.filename} is missing") from error
    except (KeyError, TypeError, ValueError, RuntimeError, OSError) as error:
        raise ModelFolderError(f"{folder} cannot be loaded: {error}") from error
    raise ValueError(f"unknown engine {engine}; expected onnx or torch")


def read_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder."""
    file = folder / "tokenizer.json"
    try:
        return tokenizer_of(file)
    except FileNotFoundError as error:
        raise ModelFolderError(f"the model folder has no tokenizer: {file} is missing") from error
    except Exception as error:  # noqa: BLE001 (the library raises bare Exception for bad files)
        raise ModelFolderError(f"{file} is no tokenizer: {error}") from error


def end_ids(folder: Path, tokenizer: Tokenizer) -> frozenset[int]:
    """Token ids that end a program: those of the configuration files, and every special token.

    Plain text cannot spell a special token, so no program holds one. ModelFolderError names a broken file.
    """
    ids = {token for token, added in tokenizer.get_added_tokens_decoder().items() if added.special}
    for name in ("config.json", "generation_config.json"):
        file = folder / name
        if not file.exists():
            continue
        try:
            named = json.loads(file.read_text(encoding="utf-8")).get("eos_token_id")
        except (json.JSONDecodeError, AttributeError) as error:
            raise ModelFolderError(f"{file} is not a JSON object: {error}") from error
        ids.update([named] if isinstance(named, int) else named or [])
    return frozenset(ids)
