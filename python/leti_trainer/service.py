"""Requests by their method. Heavy libraries are imported by the first request that needs them."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from typing import Any

from leti_trainer import requests
from leti_trainer.errors import TrainerError, as_trainer_error
from leti_trainer.fields import Fields
from leti_trainer.hello import hello

Emit = Callable[[dict[str, Any]], None]


class Service:
    """Answers one request at a time; keeps the loaded sampler between them."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._sampler: Any = None
        self._methods: dict[str, Callable[[Fields], dict[str, Any]]] = {
            "hello": self._hello,
            "convert": self._convert,
            "download": self._download,
            "load": self._load,
            "sample": self._sample,
            "train": self._train,
            "export": self._export,
            "measure": self._measure,
        }

    def answer(self, line: str) -> bool:
        """Answers a request (JSON text) with events that end in `done` or `error`; whether it was `done`."""
        try:
            result = self._result(line)
        except Exception as error:  # noqa: BLE001 (whatever it is, the client is told and the process goes on)
            failure = as_trainer_error(error)
            if failure.code == "internal":
                traceback.print_exc()
            self._emit({"event": "error", "code": failure.code, "message": str(failure)})
            return False
        self._emit({"event": "done", "result": result})
        return True

    def _result(self, line: str) -> dict[str, Any]:
        try:
            request = json.loads(line)
        except ValueError as error:
            raise TrainerError("protocol", f"a request is one JSON object a line: {error}") from error
        fields = Fields(request, "request")
        method = fields.choice("method", tuple(self._methods))
        return self._methods[method](fields)

    def _hello(self, fields: Fields) -> dict[str, Any]:
        protocol = fields.any("protocol")
        fields.end()
        return hello(protocol)

    def _convert(self, fields: Fields) -> dict[str, Any]:
        request = requests.convert_request(fields)
        fields.end()
        from leti_trainer.atomic import whole_folder
        from leti_trainer.convert import convert_gguf

        with whole_folder(request.out) as half:
            return convert_gguf(request.gguf, half)

    def _download(self, fields: Fields) -> dict[str, Any]:
        request = requests.download_request(fields)
        fields.end()
        from leti_trainer.atomic import whole_folder
        from leti_trainer.download import download_model

        with whole_folder(request.out) as half:
            return download_model(request.hub_id, half)

    def _load(self, fields: Fields) -> dict[str, Any]:
        request = requests.load_request(fields)
        fields.end()
        from leti_trainer.sampling import load_sampler

        # The old model's memory is free before the new one takes its own.
        self._sampler = None
        self._sampler = load_sampler(
            request.engine, request.folder, request.tokenizer, request.device, request.threads
        )
        return {"engine": self._sampler.engine}

    def _sample(self, fields: Fields) -> dict[str, Any]:
        batch = fields.any("batch")
        fields.end()
        if self._sampler is None:
            raise TrainerError("bad_input", "no model is loaded to sample from")
        try:
            return self._sampler.sample(batch, self._emit)
        except (KeyError, TypeError, ValueError) as error:
            raise TrainerError(
                "bad_input", f"the batch is not valid: {type(error).__name__}: {error}"
            ) from error

    def _train(self, fields: Fields) -> dict[str, Any]:
        request = requests.train_request(fields)
        fields.end()
        from leti_trainer.training import train

        return train(request, self._emit)

    def _export(self, fields: Fields) -> dict[str, Any]:
        request = requests.export_request(fields)
        fields.end()
        from leti_trainer.export import export

        return export(request)

    def _measure(self, fields: Fields) -> dict[str, Any]:
        request = requests.measure_request(fields)
        fields.end()
        from leti_trainer.measure import measure

        return measure(request)
