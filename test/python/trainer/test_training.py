from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from trainer_process import TrainerProcess, train_request
from transformers import AutoModelForCausalLM, AutoTokenizer

EPOCHS = 25
"""Of two steps each: their events fill the small pipe of a process, so that it cannot end before its kill."""


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def _largest_difference(one: Path, other: Path) -> float:
    ours, theirs = _weights(one), _weights(other)
    assert ours.keys() == theirs.keys()
    return max(float((ours[name] - theirs[name]).abs().max()) for name in ours)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_trains_and_writes_a_folder_that_loads(
    trainer: TrainerProcess, model_folder: Path, examples_file: Path, tmp_path: Path, method: str
) -> None:
    request = train_request(
        model_folder, examples_file, tmp_path, method=method, epochs=6, batchSize=3, learningRate=5e-3
    )
    *steps, done = trainer.ask(request)
    assert done["event"] == "done", done

    assert [step["step"] for step in steps] == list(range(1, 19))
    for step in steps:
        assert set(step) == {
            "event",
            "step",
            "steps",
            "loss",
            "learningRate",
            "gradNorm",
            "tokens",
            "seconds",
        }
        assert (step["event"], step["steps"]) == ("step", 18)
        assert step["tokens"] > 0
        assert step["gradNorm"] > 0
        assert 0 < step["learningRate"] <= 5e-3
        assert math.isfinite(step["loss"])
    assert steps[-1]["loss"] < steps[0]["loss"]

    result = done["result"]
    assert set(result) == {
        "steps",
        "tokens",
        "seconds",
        "finalLoss",
        "method",
        "precision",
        "gflops",
        "matmulGflops",
    }
    assert (result["steps"], result["method"]) == (18, method)
    assert 0 < result["gflops"] < result["matmulGflops"]
    assert result["tokens"] == sum(step["tokens"] for step in steps)
    assert result["finalLoss"] == steps[-1]["loss"]

    out = tmp_path / "out"
    assert {entry.name for entry in tmp_path.iterdir()} == {"out", "work"}
    assert list((tmp_path / "work").iterdir()) == []
    assert _largest_difference(out, model_folder) > 1e-3
    assert (out / "tokenizer.json").read_bytes() == (model_folder / "tokenizer.json").read_bytes()
    tokenizer = AutoTokenizer.from_pretrained(out)
    model = AutoModelForCausalLM.from_pretrained(out)
    ids = tokenizer("def add", return_tensors="pt").input_ids
    assert torch.isfinite(model(input_ids=ids).logits).all()


@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_killed_training_goes_on_to_the_same_weights(
    trainer: TrainerProcess, model_folder: Path, examples_file: Path, tmp_path: Path, method: str
) -> None:
    settings: dict[str, Any] = {"method": method, "epochs": EPOCHS, "batchSize": 4, "checkpointSteps": 3}
    whole = train_request(model_folder, examples_file, tmp_path / "unbroken", **settings)
    cut = train_request(model_folder, examples_file, tmp_path / "cut", **settings)

    _kill_after_step(cut, 5)
    assert not (tmp_path / "cut" / "out").exists()
    assert list((tmp_path / "cut" / "work").glob("checkpoint-*"))

    *steps, done = trainer.ask(cut)
    assert done["event"] == "done", done
    # It went on behind a checkpoint and did every step that was left.
    assert steps[0]["step"] >= 4
    assert (steps[0]["step"] - 1) % 3 == 0
    assert [step["step"] for step in steps] == list(range(steps[0]["step"], 2 * EPOCHS + 1))

    assert trainer.result(whole)["finalLoss"] == pytest.approx(done["result"]["finalLoss"], abs=1e-6)
    assert _largest_difference(tmp_path / "cut" / "out", tmp_path / "unbroken" / "out") <= 1e-6


@pytest.fixture(scope="module")
def killed_work(
    model_folder: Path, examples_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """The settings of a training that was killed after five steps, and its work folder. Read-only."""
    folder = tmp_path_factory.mktemp("killed")
    settings = {"epochs": EPOCHS}
    _kill_after_step(train_request(model_folder, examples_file, folder, **settings), 5)
    return settings, folder / "work"


def test_a_checkpoint_of_another_training_is_not_used(
    trainer: TrainerProcess,
    model_folder: Path,
    examples_file: Path,
    tmp_path: Path,
    killed_work: tuple[dict[str, Any], Path],
) -> None:
    shutil.copytree(killed_work[1], tmp_path / "work")
    assert list((tmp_path / "work").glob("checkpoint-*"))

    notice, first, *_ = trainer.ask(train_request(model_folder, examples_file, tmp_path, epochs=1, seed=2))
    assert (notice["event"], first["event"], first["step"]) == ("notice", "step", 1)


def test_a_damaged_checkpoint_starts_the_training_again(
    trainer: TrainerProcess,
    model_folder: Path,
    examples_file: Path,
    tmp_path: Path,
    killed_work: tuple[dict[str, Any], Path],
) -> None:
    settings, work = killed_work
    shutil.copytree(work, tmp_path / "work")
    request = train_request(model_folder, examples_file, tmp_path, **settings)
    state = max(tmp_path.glob("work/checkpoint-*/state.safetensors"))
    state.write_bytes(state.read_bytes()[:-1000])

    notice, first, *_ = trainer.ask(request)
    assert (notice["event"], first["event"], first["step"]) == ("notice", "step", 1)
    assert "damaged" in notice["message"]


def test_left_out_texts_are_told_and_nothing_left_is_an_error(
    trainer: TrainerProcess, model_folder: Path, examples_file: Path, tmp_path: Path
) -> None:
    some = trainer.ask(train_request(model_folder, examples_file, tmp_path, maxTokens=70))
    assert some[0]["event"] == "notice"
    assert "70 tokens" in some[0]["message"]
    assert some[-1]["event"] == "done", some[-1]
    error = trainer.error(train_request(model_folder, examples_file, tmp_path / "none", maxTokens=3))
    assert error["code"] == "bad_input"
    assert not (tmp_path / "none" / "out").exists()


def test_a_broken_model_folder_is_named_and_the_process_goes_on(
    trainer: TrainerProcess, model_folder: Path, examples_file: Path, tmp_path: Path
) -> None:
    def copy(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file in model_folder.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        return folder

    no_tokenizer = copy("no-tokenizer")
    (no_tokenizer / "tokenizer.json").unlink()
    no_weights = copy("no-weights")
    (no_weights / "model.safetensors").unlink()
    cut_weights = copy("cut-weights")
    weights = cut_weights / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4096])
    bad_config = copy("bad-config")
    (bad_config / "config.json").write_text("{", encoding="utf-8")
    lacking = copy("lacking")
    tensors = _weights(lacking)
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, lacking / "model.safetensors", {"format": "pt"})

    for folder, named in [
        (no_tokenizer, "tokenizer.json"),
        (no_weights, "model.safetensors"),
        (cut_weights, "model.safetensors"),
        (bad_config, "config.json"),
        (lacking, "model.layers.1.mlp.up_proj.weight"),
        (tmp_path / "missing", "missing"),
    ]:
        error = trainer.error(train_request(folder, examples_file, tmp_path))
        assert error["code"] == "bad_model", error
        assert named in error["message"]
        assert not (tmp_path / "out").exists()
    assert trainer.result(train_request(model_folder, examples_file, tmp_path))["steps"] == 4


def test_a_bad_training_text_is_named(trainer: TrainerProcess, model_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text("\n\n{]\n", encoding="utf-8")
    error = trainer.error(train_request(model_folder, file, tmp_path))
    assert error["code"] == "bad_input"
    assert "bad.jsonl:3" in error["message"]


def _kill_after_step(request: dict[str, Any], number: int) -> None:
    """Starts a training and kills its process once the event of step `number` is there."""
    victim = TrainerProcess()
    victim.send(json.dumps(request))
    for event in victim.events():
        if event["event"] == "step" and event["step"] == number:
            break
    victim.kill()
