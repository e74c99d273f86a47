from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from conftest import segment
from trainer_process import TrainerProcess
from transformers import LlamaForCausalLM

from leti_trainer.segments import SegmentTokenizer
from leti_trainer.training.examples import read_examples


def _request(model: Path, texts: Path) -> dict[str, object]:
    return {
        "method": "measure",
        "model": str(model),
        "texts": str(texts),
        "device": "cpu",
        "threads": 1,
        "maxTokens": 256,
    }


def test_measures_each_text_as_transformers_does(
    trainer: TrainerProcess, model_folder: Path, tmp_path: Path
) -> None:
    texts = tmp_path / "texts.jsonl"
    sources = ["def add(a, b):\n    return a + b\n", "print('Grüße')\n" * 5]
    texts.write_text(
        "".join(
            json.dumps({"id": str(at), "segments": [segment(text, "text", "pretrain", 1)]}) + "\n"
            for at, text in enumerate(sources)
        ),
        encoding="utf-8",
    )
    measured = trainer.result(_request(model_folder, texts))["texts"]
    model = LlamaForCausalLM.from_pretrained(model_folder).eval()
    examples = read_examples(texts, SegmentTokenizer(model_folder), 256).examples
    assert len(measured) == len(examples) == 2
    for ours, example in zip(measured, examples, strict=True):
        ids = torch.tensor([example.ids])
        with torch.no_grad():
            mean = float(model(input_ids=ids, labels=ids).loss)
        assert ours["weight"] == len(example.ids) - 1
        assert ours["loss"] / ours["weight"] == pytest.approx(mean, abs=1e-4)


@pytest.mark.parametrize("text", ["x = 1\n" * 300, "x"])
def test_a_text_that_cannot_be_measured_is_an_error(
    trainer: TrainerProcess, model_folder: Path, tmp_path: Path, text: str
) -> None:
    texts = tmp_path / "texts.jsonl"
    line = {"id": "a", "segments": [segment(text, "text", "pretrain", 1)]}
    texts.write_text(json.dumps(line), encoding="utf-8")
    error = trainer.error(_request(model_folder, texts))
    assert error["code"] == "bad_input"
    assert "2 to 256 tokens" in error["message"]
