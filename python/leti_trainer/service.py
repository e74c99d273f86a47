"""Answers requests. The first request that needs a heavy library imports it."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable
from typing import Any

from leti_trainer import requests
from leti_trainer.errors import TrainerError, as_trainer_error
from leti_trainer.hello import hello

Emit = Callable[[dict[str, Any]], None]


class Service:
    """Answers one request at a time. Keeps the sampler between them, until other work needs its memory."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._sampler: Any = None
        self._handlers: dict[type, Callable[[Any], dict[str, Any]]] = {
            requests.HelloRequest: self._hello,
            requests.ConvertRequest: self._convert,
            requests.DownloadRequest: self._download,
            requests.MirrorRequest: self._mirror,
            requests.LoadRequest: self._load,
            requests.UnloadRequest: self._unload,
            requests.SampleRequest: self._sample,
            requests.TrainRequest: self._train,
            requests.ExportRequest: self._export,
            requests.ChoicesRequest: self._choices,
            requests.MeasureRequest: self._measure,
        }

    def answer(self, line: str) -> bool:
        """Answers a request (JSON text) with events that end in `done` or `error`; True after `done`."""
        try:
            request = requests.read_request(line)
            result = self._handlers[type(request)](request)
        except Exception as error:  # noqa: BLE001 (the client gets an answer to every request)
            failure = as_trainer_error(error)
            if failure.code == "internal":
                traceback.print_exc()
            self._emit({"event": "error", "code": failure.code, "message": str(failure)})
            return False
        self._emit({"event": "done", "result": result})
        return True

    def _hello(self, request: requests.HelloRequest) -> dict[str, Any]:
        return hello(request.protocol)

    def _convert(self, request: requests.ConvertRequest) -> dict[str, Any]:
        from leti_trainer.atomic import whole_folder
        from leti_trainer.models.convert import convert_gguf

        with whole_folder(request.out) as half:
            return self._alone(lambda: convert_gguf(request.gguf, request.sha256, half))

    def _download(self, request: requests.DownloadRequest) -> dict[str, Any]:
        from leti_trainer.atomic import whole_folder
        from leti_trainer.models.download import download_model

        with whole_folder(request.out) as half:
            return download_model(request, half, self._emit)

    def _mirror(self, request: requests.MirrorRequest) -> dict[str, Any]:
        from leti_trainer.models.mirror import fetch_mirror

        return fetch_mirror(request, self._emit)

    def _load(self, request: requests.LoadRequest) -> dict[str, Any]:
        from leti_trainer.sampling.sampling import load_sampler

        # The old model's memory is free before the new one takes its own.
        self._free_sampler()
        self._sampler = load_sampler(
            request.engine, request.folder, request.tokenizer, request.device, request.threads
        )
        return {"engine": self._sampler.engine}

    def _unload(self, _request: requests.UnloadRequest) -> dict[str, Any]:
        self._free_sampler()
        return {}

    def _free_sampler(self) -> None:
        self._sampler = None
        gc.collect()

    def _alone(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Does work with a model of its own. The sampler's memory is free before, and the work's after it."""
        self._free_sampler()
        try:
            return work()
        finally:
            gc.collect()

    def _sample(self, request: requests.SampleRequest) -> dict[str, Any]:
        if self._sampler is None:
            raise TrainerError("bad_input", "no model is loaded to sample from")
        try:
            return self._sampler.sample(request.batch, self._emit)
        except (KeyError, TypeError, ValueError) as error:
            raise TrainerError(
                "bad_input", f"the batch is not valid: {type(error).__name__}: {error}"
            ) from error

    def _train(self, request: requests.TrainRequest) -> dict[str, Any]:
        from leti_trainer.training.training import train

        return self._alone(lambda: train(request, self._emit))

    def _export(self, request: requests.ExportRequest) -> dict[str, Any]:
        from leti_trainer.models.export import export

        return self._alone(lambda: export(request))

    def _choices(self, request: requests.ChoicesRequest) -> dict[str, Any]:
        from leti_trainer.models.export import first_choices

        return self._alone(lambda: first_choices(request))

    def _measure(self, request: requests.MeasureRequest) -> dict[str, Any]:
        from leti_trainer.training.measure import measure

        return self._alone(lambda: measure(request))
