"""The trainer's edit of an exported graph changes no number, and nothing where it does not fit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from leti_trainer.models.export import build_graph
from leti_trainer.models.graph_edit import DONE, FIRST_LOGITS, extend_graph, is_extended

IDS = np.array([[5, 9, 13, 40, 7], [11, 2, 8, 21, 90]], dtype=np.int64)


@pytest.fixture(scope="module", params=["fp32", "int8"])
def built(
    request: pytest.FixtureRequest, model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the graph as the model builder makes it."""
    out = tmp_path_factory.mktemp("built") / request.param
    build_graph(model_folder, out, request.param)
    return out


def session_of(folder: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])


def logits(folder: Path, first: int | None) -> np.ndarray:
    decoder = json.loads((folder / "genai_config.json").read_text(encoding="utf-8"))["model"]["decoder"]
    shape = (len(IDS), decoder["num_key_value_heads"], 0, decoder["head_size"])
    feeds = {"input_ids": IDS, "attention_mask": np.ones_like(IDS)}
    for layer in range(decoder["num_hidden_layers"]):
        for kind in ("key", "value"):
            feeds[decoder["inputs"][f"past_{kind}_names"] % layer] = np.zeros(shape, dtype=np.float32)
    if first is not None:
        feeds[FIRST_LOGITS] = np.array([first], dtype=np.int64)
    return session_of(folder).run(["logits"], feeds)[0]


def test_an_edited_graph_computes_the_logits_from_a_position_on(built: Path, tmp_path: Path) -> None:
    edited = shutil.copytree(built, tmp_path / "edited")
    assert extend_graph(edited / "model.onnx")
    whole = logits(built, None)
    for first in range(IDS.shape[1]):
        np.testing.assert_allclose(logits(edited, first), whole[:, first:], rtol=0, atol=1e-5)


def test_an_edited_graph_begins_with_a_sequence(built: Path, tmp_path: Path) -> None:
    edited = shutil.copytree(built, tmp_path / "edited")
    extend_graph(edited / "model.onnx")
    assert is_extended(session_of(edited)) and not is_extended(session_of(built))
    first = session_of(edited).get_outputs()[0]
    assert (first.name, first.type) == (DONE, "seq(tensor(int64))")
    others = [value.name for value in session_of(edited).get_outputs()[1:]]
    assert others == [value.name for value in session_of(built).get_outputs()]
    # Weights lie where they lay.
    assert (edited / "model.onnx.data").read_bytes() == (built / "model.onnx.data").read_bytes()


def test_a_graph_that_ends_in_another_operator_stays_as_it_is(built: Path, tmp_path: Path) -> None:
    file = shutil.copytree(built, tmp_path / "other") / "model.onnx"
    model = onnx.load(str(file), load_external_data=False)
    head = next(node for node in model.graph.node if "logits" in node.output)
    head.output[0] = "raw_logits"
    model.graph.node.append(onnx.helper.make_node("Identity", ["raw_logits"], ["logits"]))
    onnx.save(model, str(file))
    before = file.read_bytes()
    assert not extend_graph(file)
    assert file.read_bytes() == before
