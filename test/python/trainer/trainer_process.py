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
"""A request that takes longer kills its process, so that its test fails instead of hanging."""


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
        self._watchdog: threading.Timer | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it can take the next request: it lives, and the last request was answered to its end."""
        return self._watchdog is None and self.process.poll() is None

    def send(self, line: str) -> None:
        assert self.process.stdin is not None
        self._watchdog = threading.Timer(LIMIT_SECONDS, self.process.kill)
        self._watchdog.daemon = True
        self._watchdog.start()
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def events(self) -> Iterator[dict[str, Any]]:
        """Events up to and with the one that ends a request; a line that is no JSON object fails the test."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = json.loads(line)
            is_last = event["event"] in ("done", "error")
            if is_last:
                self._stop_watchdog()
            yield event
            if is_last:
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
        """Ends standard input and waits for the end. Returns the rest of standard output."""
        return self.process.communicate(timeout=30)[0]

    def kill(self) -> None:
        self._stop_watchdog()
        self.process.kill()
        self.process.communicate()

    def _stop_watchdog(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None


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
