from __future__ import annotations

import json
import shutil
from pathlib import Path

import onnx
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file, save_file
from trainer_process import TrainerProcess

from leti_trainer.models.graph_edit import is_extended
from leti_trainer.models.models import load_causal_lm
from leti_trainer.models.weight_map import write_weight_map


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_an_exported_model_is_whole_and_writes(
    trainer: TrainerProcess, model_folder: Path, tmp_path: Path, precision: str
) -> None:
    out = tmp_path / "onnx"
    request = {"method": "export", "model": str(model_folder), "out": str(out), "precision": precision}
    assert trainer.result(request) == {"unmapped": None}

    assert list(tmp_path.iterdir()) == [out]
    for name in ("model.onnx", "genai_config.json", "tokenizer.json", "weight_map.json"):
        assert (out / name).stat().st_size > 0
    assert is_extended(onnxruntime.InferenceSession(str(out / "model.onnx")))

    load = {"method": "load", "engine": "onnx", "folder": str(out), "tokenizer": str(model_folder)}
    trainer.result(load | {"device": "cpu", "threads": 1})
    prompt = [{"text": "def add(a, b):\n", "kind": "text", "role": "task", "weight": 0}]
    settings = {"temperature": 0, "topP": 1, "topK": 0, "maxTokens": 5, "seed": 1, "round": 0}
    item = {"key": 0, "prompt": prompt, "samples": 1, "stop": "\\Z(?!)x"}
    events = trainer.ask({"method": "sample", "batch": {"items": [item], "rows": 1, "settings": settings}})
    assert [event["event"] for event in events] == ["program", "done"]


def test_a_failed_export_leaves_nothing(trainer: TrainerProcess, model_folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(model_folder, model)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    (model / "config.json").write_text(json.dumps(config | {"architectures": ["Unknown"]}), encoding="utf-8")
    out = tmp_path / "onnx"
    request = {"method": "export", "model": str(model), "out": str(out), "precision": "fp32"}
    assert trainer.error(request)["code"] == "bad_model"
    assert list(tmp_path.iterdir()) == [model]


def test_the_choices_are_those_of_torch(
    trainer: TrainerProcess, model_folder: Path, examples_file: Path, tmp_path: Path
) -> None:
    request = {"method": "choices", "model": str(model_folder), "texts": str(examples_file), "threads": 1}
    sequences = trainer.result(request | {"maxTokens": 1000})["sequences"]
    assert len(sequences) == 8
    model = load_causal_lm(model_folder).eval()
    for sequence in sequences:
        with torch.inference_mode():
            top1 = model(input_ids=torch.tensor([sequence["ids"]])).logits[0].argmax(dim=-1)
        assert sequence["top1"] == top1.tolist()
    few = trainer.result(request | {"maxTokens": 30})["sequences"]
    assert sum(len(sequence["ids"]) for sequence in few) == 30

    texts = tmp_path / "texts.jsonl"
    texts.write_text("", encoding="utf-8")
    assert trainer.error(request | {"texts": str(texts), "maxTokens": 30})["code"] == "bad_input"


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_a_map_is_refused_where_the_graph_holds_other_numbers(
    trainer: TrainerProcess, model_folder: Path, tmp_path: Path, precision: str
) -> None:
    out, other = tmp_path / "onnx", tmp_path / "other"
    trainer.result({"method": "export", "model": str(model_folder), "out": str(out), "precision": precision})
    shutil.copytree(model_folder, other)
    assert write_weight_map(other, out) is None

    weights = load_file(other / "model.safetensors")
    name = "model.layers.1.self_attn.k_proj.weight"
    save_file(weights | {name: weights[name].flip(0)}, other / "model.safetensors")
    assert f"holds other numbers than {name}" in (write_weight_map(other, out) or "")

    save_file(weights | {"more.weight": torch.ones(2)}, other / "model.safetensors")
    assert write_weight_map(other, out) == "the graph holds no more.weight"

    graph = onnx.load(out / "model.onnx", load_external_data=False)
    part = next(
        tensor for tensor in graph.graph.initializer if "k_proj" in tensor.name or "qkv" in tensor.name
    )
    part.name = "unknown.weight"
    onnx.save(graph, out / "model.onnx")
    assert "unknown.weight has no tensor" in (write_weight_map(model_folder, out) or "")
