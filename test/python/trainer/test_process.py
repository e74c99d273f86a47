from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from trainer_process import COMMAND, PYTHON_FOLDER, TrainerProcess, environment, train_request

HELLO = {"method": "hello", "protocol": 1}


def _long_training(model: Path, examples: Path, folder: Path) -> str:
    """Far more steps than fit into any test."""
    return json.dumps(train_request(model, examples, folder, epochs=50_000, checkpointSteps=1_000_000))


def test_says_hello(own_trainer: TrainerProcess) -> None:
    result = own_trainer.result(HELLO)
    assert result["protocol"] == 1
    assert {"torch", "transformers", "peft", "tokenizers", "onnxruntime"} <= result["versions"].keys()
    assert own_trainer.close_input() == b""
    assert own_trainer.process.returncode == 0


def test_modules_of_the_working_folder_take_no_place_when_isolated(tmp_path: Path) -> None:
    for name in ("json", "psutil", "leti_trainer"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    file = PYTHON_FOLDER / "leti_trainer" / "__main__.py"
    process = TrainerProcess([sys.executable, "-I", "-u", "-B", str(file)], cwd=tmp_path)
    try:
        assert process.result(HELLO)["protocol"] == 1
    finally:
        process.kill()


@pytest.mark.parametrize(
    ("line", "code", "named"),
    [
        ('{"method": "dance"}', "bad_input", "dance"),
        ("{}", "bad_input", "method"),
        ("[]", "bad_input", "object"),
        ("{", "protocol", "JSON"),
        ("\ufffd", "protocol", "JSON"),
        ('{"method": "hello", "protocol": 2}', "protocol", "2"),
        ('{"method": "hello"}', "bad_input", "protocol"),
        ('{"method": "hello", "protocol": 1, "more": 1}', "bad_input", "more"),
        ('{"method": "sample", "batch": {}}', "bad_input", "no model"),
        ('{"method": "train"}', "bad_input", "model is missing"),
        ('{"method": "load", "engine": "onnx", "folder": ""}', "bad_input", "folder"),
        (
            '{"method": "convert", "gguf": "", "sha256": "s", "out": "o"}',
            "bad_input",
            "a text that is not empty, not ''",
        ),
        (
            '{"method": "convert", "gguf": "g", "sha256": "s", "out": ""}',
            "bad_input",
            "out should be the path",
        ),
        (
            '{"method": "convert", "gguf": 1, "sha256": "s", "out": "o"}',
            "bad_input",
            "gguf should be a text, not 1",
        ),
        (
            '{"method": "export", "model": "m", "out": "o", "precision": "int3", "texts": "t"}',
            "bad_input",
            "int3",
        ),
    ],
)
def test_a_bad_request_is_answered_and_the_process_goes_on(
    trainer: TrainerProcess, line: str, code: str, named: str
) -> None:
    (error,) = trainer.answer(line)
    assert (error["event"], error["code"]) == ("error", code)
    assert named in error["message"]
    (done,) = trainer.ask(HELLO)
    assert done["result"]["protocol"] == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", "all"),
        ("learningRate", 0),
        ("learningRate", "1e-3"),
        ("learningRate", float("nan")),
        ("clipNorm", float("inf")),
        ("steps", None),
        ("epochs", 0),
        ("epochs", 1.5),
        ("batchSize", True),
        ("warmupFraction", 1.1),
        ("seed", -1),
        ("surprise", 1),
    ],
)
def test_a_bad_setting_is_named(
    trainer: TrainerProcess,
    model_folder: Path,
    examples_file: Path,
    tmp_path: Path,
    field: str,
    value: object,
) -> None:
    error = trainer.error(train_request(model_folder, examples_file, tmp_path, **{field: value}))
    assert error["code"] == "bad_input"
    assert field in error["message"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_printed_does_not_reach_standard_output() -> None:
    code = (
        "import os, subprocess\n"
        "from leti_trainer.channel import Channel\n"
        "channel = Channel()\n"
        "print('from Python', flush=True)\n"
        "os.write(1, b'from below\\n')\n"
        "subprocess.run(['echo', 'from a child'], check=True)\n"
        "channel.emit({'event': 'notice', 'message': 'ü\\u2028'})\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, check=True)
    assert ended.stdout == b'{"event": "notice", "message": "\\u00fc\\u2028"}\n'
    assert ended.stderr.split(b"\n")[:3] == [b"from Python", b"from below", b"from a child"]


def test_the_end_of_input_ends_a_training(
    own_trainer: TrainerProcess, model_folder: Path, examples_file: Path, tmp_path: Path
) -> None:
    own_trainer.send(_long_training(model_folder, examples_file, tmp_path))
    own_trainer.first("step")
    for line in own_trainer.close_input().splitlines()[:-1]:
        assert json.loads(line)["event"] == "step"
    assert not (tmp_path / "out").exists()


def test_a_killed_parent_takes_a_training_along(
    model_folder: Path, examples_file: Path, tmp_path: Path
) -> None:
    # The trainer writes to the test's own pipe, so that the pipe's end tells that both processes are gone.
    start = f"import subprocess; subprocess.Popen({COMMAND!r}).wait()"
    # Off Linux the end of standard input is all that tells; on Linux it is kept open and the kernel must do.
    held, ours = os.pipe()
    parent = subprocess.Popen(
        [sys.executable, "-c", start], stdin=held, stdout=subprocess.PIPE, env=environment()
    )
    try:
        os.close(held)
        os.write(ours, (_long_training(model_folder, examples_file, tmp_path) + "\n").encode())
        assert parent.stdout is not None
        assert json.loads(parent.stdout.readline())["event"] == "step"
        parent.kill()
        if not sys.platform.startswith("linux"):
            os.close(ours)
        parent.communicate(timeout=30)
    finally:
        if sys.platform.startswith("linux"):
            os.close(ours)
        parent.kill()
        parent.wait()
    assert not (tmp_path / "out").exists()
