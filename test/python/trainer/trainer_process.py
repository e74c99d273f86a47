"""The real trainer process, and the requests that tests send to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import leti_trainer

PYTHON_FOLDER = Path(leti_trainer.__file__).resolve().parent.parent
COMMAND = [sys.executable, "-u", "-B", "-m", "leti_trainer"]
LIMIT_SECONDS = 240
"""A process that lives longer is killed, so that a broken one fails its test instead of hanging it."""


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(PYTHON_FOLDER), "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}


class TrainerProcess:
    def __init__(
        self,
        command: list[str] = COMMAND,
        cwd: Path | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        pipe = subprocess.PIPE
        # A small pipe stops a process that runs ahead of its reader: one to be killed is not done before.
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, env=environment() | variables, cwd=cwd, pipesize=4096
        )
        self._watchdog = threading.Timer(LIMIT_SECONDS, self.process.kill)
        self._watchdog.daemon = True
        self._watchdog.start()

    def send(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def events(self) -> Iterator[dict[str, Any]]:
        """Events up to and with the one that ends a request; a line that is no JSON object fails the test."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = json.loads(line)
            yield event
            if event["event"] in ("done", "error"):
                return
        raise AssertionError(f"the process ended in the middle of a request: {self.process.wait()}")

    def answer(self, line: str) -> list[dict[str, Any]]:
        self.send(line)
        return list(self.events())

    def ask(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        return self.answer(json.dumps(request))

    def result(self, request: dict[str, Any]) -> dict[str, Any]:
        last = self.ask(request)[-1]
        assert last["event"] == "done", last
        return last["result"]

    def error(self, request: dict[str, Any]) -> dict[str, Any]:
        last = self.ask(request)[-1]
        assert last["event"] == "error", last
        return last

    def first(self, kind: str) -> dict[str, Any]:
        return next(event for event in self.events() if event["event"] == kind)

    def close_input(self) -> bytes:
        """Ends standard input, awaits the end; what was left on standard output."""
        return self.process.communicate(timeout=30)[0]

    def kill(self) -> None:
        self._watchdog.cancel()
        self.process.kill()
        self.process.communicate()


def train_request(model: Path, examples: Path, folder: Path, **settings: Any) -> dict[str, Any]:
    """A training that writes `folder`/out; `settings` replace the usual ones."""
    usual = {
        "method": "full",
        "learningRate": 1e-3,
        "epochs": 2,
        "steps": 0,
        "batchSize": 4,
        "microBatchSize": 2,
        "maxTokens": 256,
        "warmupFraction": 0.1,
        "weightDecay": 0.01,
        "clipNorm": 1.0,
        "loraRank": 4,
        "seed": 3,
        "checkpointSteps": 2,
    }
    return {
        "method": "train",
        "model": str(model),
        "examples": str(examples),
        "out": str(folder / "out"),
        "work": str(folder / "work"),
        "device": "cpu",
        "threads": 1,
        "settings": usual | settings,
    }
