from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_llama import byte_tokenizer, two_layers
from trainer_process import TrainerProcess
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<g>", "<b>", "<f>", "</f>"]
TEXTS = ["def add(a, b):\n    return a + b\n", "for item in items:\n    print(item)\n", "Grüße 日本語 🐍"]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama of two layers with a byte-level tokenizer. Read-only for tests."""
    folder = tmp_path_factory.mktemp("tiny") / "model"
    tokenizer = byte_tokenizer(TEXTS * 20, SPECIAL, 400)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|im_end|>"
    ).save_pretrained(folder)
    torch.manual_seed(7)
    config = two_layers(tokenizer, max_position_embeddings=512, pad_token_id=2, initializer_range=0.1)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def examples_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight training texts of different lengths: marker, task without weight, program, end."""
    file = tmp_path_factory.mktemp("examples") / "examples.jsonl"
    lines = []
    for index in range(8):
        body = "".join(f"    total += {index * step}\n" for step in range(1 + index * 2 % 7))
        segments = [
            segment("<g>" if index % 2 else "<b>", "frame", "verdict", 1),
            segment(f"Add numbers, variant {index}.\n", "text", "task", 0),
            segment(f"def add_{index}(total):\n{body}    return total\n", "text", "program", 1),
            segment("<|im_end|>", "frame", "end", 1),
        ]
        lines.append(json.dumps({"id": f"example-{index}", "segments": segments}))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def kept_trainer() -> Iterator[list[TrainerProcess]]:
    """At most one process. A start costs four seconds of processor time, most of it for torch."""
    kept: list[TrainerProcess] = []
    yield kept
    for process in kept:
        process.kill()


@pytest.fixture
def trainer(kept_trainer: list[TrainerProcess]) -> TrainerProcess:
    """A process that may have answered other tests' requests, as one process serves a whole run."""
    if not (kept_trainer and kept_trainer[0].is_idle):
        for process in kept_trainer:
            process.kill()
        kept_trainer[:] = [TrainerProcess()]
    return kept_trainer[0]


@pytest.fixture
def own_trainer() -> Iterator[TrainerProcess]:
    """A process of the test's own, which it may end."""
    process = TrainerProcess()
    yield process
    process.kill()


def segment(text: str, kind: str, role: str, weight: float) -> dict[str, Any]:
    return {"text": text, "kind": kind, "role": role, "weight": weight}
