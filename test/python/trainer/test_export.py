from __future__ import annotations

import json
from pathlib import Path

import onnxruntime
import pytest
import torch
from trainer_process import TrainerProcess

from leti_trainer.models.graph_edit import is_extended
from leti_trainer.models.models import load_causal_lm


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_an_exported_model_is_whole_and_writes(
    trainer: TrainerProcess, model_folder: Path, examples_file: Path, tmp_path: Path, precision: str
) -> None:
    out = tmp_path / "onnx"
    request = {"method": "export", "model": str(model_folder), "out": str(out), "precision": precision}
    result = trainer.result(request | {"texts": str(examples_file)})

    assert list(tmp_path.iterdir()) == [out]
    for name in ("model.onnx", "genai_config.json", "tokenizer.json"):
        assert (out / name).stat().st_size > 0
    assert is_extended(onnxruntime.InferenceSession(str(out / "model.onnx")))
    sequences = json.loads((out / "agreement.json").read_text(encoding="utf-8"))["sequences"]
    assert len(sequences) == 8
    assert result["tokens"] == sum(len(sequence["ids"]) for sequence in sequences)
    model = load_causal_lm(model_folder).eval()
    for sequence in sequences:
        with torch.inference_mode():
            top1 = model(input_ids=torch.tensor([sequence["ids"]])).logits[0].argmax(dim=-1)
        assert sequence["top1"] == top1.tolist()

    load = {"method": "load", "engine": "onnx", "folder": str(out), "tokenizer": str(model_folder)}
    trainer.result(load | {"device": "cpu", "threads": 1})
    prompt = [{"text": "def add(a, b):\n", "kind": "text", "role": "task", "weight": 0}]
    settings = {"temperature": 0, "topP": 1, "topK": 0, "maxTokens": 5, "seed": 1, "round": 0}
    item = {"key": 0, "prompt": prompt, "samples": 1, "stop": "\\Z(?!)x"}
    events = trainer.ask({"method": "sample", "batch": {"items": [item], "settings": settings}})
    assert [event["event"] for event in events] == ["program", "done"]


def test_a_failed_export_leaves_nothing(trainer: TrainerProcess, model_folder: Path, tmp_path: Path) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_text("", encoding="utf-8")
    out = tmp_path / "onnx"
    request = {"method": "export", "model": str(model_folder), "out": str(out), "precision": "fp32"}
    assert trainer.error(request | {"texts": str(texts)})["code"] == "bad_input"
    assert list(tmp_path.iterdir()) == [texts]
