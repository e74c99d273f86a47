from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from trainer_process import TrainerProcess
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<g>", "<b>", "<f>", "</f>"]
TEXTS = ["def add(a, b):\n    return a + b\n", "for item in items:\n    print(item)\n", "Grüße 日本語 🐍"]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama of two layers with a byte-level tokenizer. Read-only for tests."""
    folder = tmp_path_factory.mktemp("tiny") / "model"
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TEXTS * 20, trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|im_end|>"
    ).save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
        initializer_range=0.1,
    )
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


@pytest.fixture
def trainer() -> Iterator[TrainerProcess]:
    process = TrainerProcess()
    yield process
    process.kill()


def segment(text: str, kind: str, role: str, weight: float) -> dict[str, Any]:
    return {"text": text, "kind": kind, "role": role, "weight": weight}
