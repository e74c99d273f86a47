"""Requests of src/protocol/training.ts, validated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leti_trainer.fields import Fields

DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class ConvertRequest:
    gguf: str
    out: Path


@dataclass(frozen=True)
class DownloadRequest:
    hub_id: str
    out: Path


@dataclass(frozen=True)
class LoadRequest:
    engine: str
    folder: str
    tokenizer: str
    device: str
    threads: int


@dataclass(frozen=True)
class Settings:
    """TrainingSettings."""

    method: str
    learning_rate: float
    epochs: int
    steps: int
    batch_size: int
    micro_batch_size: int
    max_tokens: int
    warmup_fraction: float
    weight_decay: float
    clip_norm: float
    lora_rank: int
    seed: int
    checkpoint_steps: int


@dataclass(frozen=True)
class TrainRequest:
    model: Path
    examples: Path
    out: Path
    work: Path
    device: str
    threads: int
    settings: Settings


@dataclass(frozen=True)
class ExportRequest:
    model: Path
    out: Path
    precision: str
    texts: Path


@dataclass(frozen=True)
class MeasureRequest:
    model: Path
    texts: Path
    device: str
    threads: int
    max_tokens: int


def convert_request(fields: Fields) -> ConvertRequest:
    return ConvertRequest(gguf=fields.text("gguf"), out=Path(fields.text("out")))


def download_request(fields: Fields) -> DownloadRequest:
    return DownloadRequest(hub_id=fields.text("hubId"), out=Path(fields.text("out")))


def load_request(fields: Fields) -> LoadRequest:
    return LoadRequest(
        engine=fields.choice("engine", ("onnx", "torch")),
        folder=fields.text("folder"),
        tokenizer=fields.text("tokenizer"),
        device=fields.choice("device", DEVICES),
        threads=fields.whole("threads", 0),
    )


def train_request(fields: Fields) -> TrainRequest:
    return TrainRequest(
        model=Path(fields.text("model")),
        examples=Path(fields.text("examples")),
        out=Path(fields.text("out")),
        work=Path(fields.text("work")),
        device=fields.choice("device", DEVICES),
        threads=fields.whole("threads", 0),
        settings=training_settings(fields.any("settings")),
    )


def training_settings(value: Any) -> Settings:
    fields = Fields(value, "settings")
    settings = Settings(
        method=fields.choice("method", ("auto", "full", "lora")),
        learning_rate=fields.number("learningRate", 0, above=True),
        epochs=fields.whole("epochs", 1),
        steps=fields.whole("steps", 0),
        batch_size=fields.whole("batchSize", 1),
        micro_batch_size=fields.whole("microBatchSize", 1),
        max_tokens=fields.whole("maxTokens", 1),
        warmup_fraction=fields.number("warmupFraction", 0, 1),
        weight_decay=fields.number("weightDecay", 0),
        clip_norm=fields.number("clipNorm", 0, above=True),
        lora_rank=fields.whole("loraRank", 1),
        seed=fields.whole("seed", 0),
        checkpoint_steps=fields.whole("checkpointSteps", 1),
    )
    fields.end()
    return settings


def export_request(fields: Fields) -> ExportRequest:
    return ExportRequest(
        model=Path(fields.text("model")),
        out=Path(fields.text("out")),
        precision=fields.choice("precision", ("fp32", "int8")),
        texts=Path(fields.text("texts")),
    )


def measure_request(fields: Fields) -> MeasureRequest:
    return MeasureRequest(
        model=Path(fields.text("model")),
        texts=Path(fields.text("texts")),
        device=fields.choice("device", DEVICES),
        threads=fields.whole("threads", 0),
        max_tokens=fields.whole("maxTokens", 2),
    )
