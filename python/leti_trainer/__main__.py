"""Answers requests of src/protocol/training.ts: one JSON object a line in, events out."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import threading
from pathlib import Path
from typing import Any

from leti_trainer.errors import TrainerError
from leti_trainer.lifeline import die_with_parent

PROTOCOL = 1
_PACKAGES = ("torch", "transformers", "peft", "onnxruntime", "onnxruntime-genai", "tokenizers")


class Channel:
    """The protocol's own output. Whatever libraries print goes to standard error."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def emit(self, event: dict[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=True, allow_nan=False)
        with self._lock:
            self._out.write(line + "\n")
            self._out.flush()


class Service:
    """Requests by their method. Heavy libraries are imported by the first request that needs them."""

    def __init__(self, channel: Channel) -> None:
        self._emit = channel.emit
        self._sampler: Any = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        method = request.get("method")
        if method == "hello":
            return self._hello(request)
        if method == "convert":
            from leti_trainer.atomic import whole_folder
            from leti_trainer.models import convert_gguf

            with whole_folder(Path(request["out"])) as half:
                return convert_gguf(request["gguf"], half)
        if method == "download":
            from leti_trainer.atomic import whole_folder
            from leti_trainer.models import download_model

            with whole_folder(Path(request["out"])) as half:
                return download_model(request["hubId"], half)
        if method == "load":
            return self._load(request)
        if method == "sample":
            return self._sample(request)
        if method == "train":
            from leti_trainer.training import train

            return train(request, self._emit)
        if method == "export":
            from leti_trainer.export import export

            return export(request)
        raise TrainerError("bad_input", f"unknown method {method!r}")

    def _hello(self, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("protocol") != PROTOCOL:
            raise TrainerError(
                "protocol", f"this trainer speaks protocol {PROTOCOL}, not {request.get('protocol')}"
            )
        versions: dict[str, str] = {}
        for package in _PACKAGES:
            try:
                versions[package] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError as error:
                raise TrainerError(
                    "bad_input", f"the trainer environment lacks the package {package}"
                ) from error
        return {"protocol": PROTOCOL, "python": platform.python_version(), "versions": versions}

    def _load(self, request: dict[str, Any]) -> dict[str, Any]:
        from leti_trainer.sampling import ModelFolderError, load_sampler

        self._sampler = None
        try:
            self._sampler = load_sampler(
                request["engine"],
                request["folder"],
                request["tokenizer"],
                request["device"],
                request["threads"],
            )
        except ModelFolderError as error:
            raise TrainerError("bad_model", str(error)) from error
        return {"engine": self._sampler.engine}

    def _sample(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._sampler is None:
            raise TrainerError("bad_input", "no model is loaded to sample from")
        return self._sampler.sample(request["batch"], self._emit)


def main() -> None:
    die_with_parent()
    channel = Channel()
    service = Service(channel)
    for line in _requests():
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise TrainerError("bad_input", "a request is a JSON object")
            result = service.answer(request)
        except TrainerError as error:
            channel.emit({"event": "error", "code": error.code, "message": str(error)})
        except MemoryError:
            channel.emit({"event": "error", "code": "out_of_memory", "message": "memory ran out"})
        except (KeyError, TypeError, ValueError) as error:
            channel.emit(
                {"event": "error", "code": "bad_input", "message": f"{type(error).__name__}: {error}"}
            )
        except Exception as error:  # noqa: BLE001 (whatever it is, the client is told and the loop goes on)
            channel.emit(
                {"event": "error", "code": "internal", "message": f"{type(error).__name__}: {error}"}
            )
            sys.excepthook(*sys.exc_info())
        else:
            channel.emit({"event": "done", "result": result})


def _requests() -> Any:
    """Lines of standard input, read beside the work: at its end the parent is gone and so is this process."""
    lines: list[str] = []
    ready = threading.Condition()

    def read() -> None:
        for line in sys.stdin:
            with ready:
                lines.append(line)
                ready.notify()
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        with ready:
            while not lines:
                ready.wait()
            line = lines.pop(0)
        if line.strip():
            yield line


main()
