"""Models from a hub on this machine, through the real client of the hub."""

from __future__ import annotations

import hashlib
import json
import socket
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import torch
from loopback import Loopback, send, serving
from safetensors.torch import save
from trainer_process import TrainerProcess

from leti_trainer.errors import TrainerError
from leti_trainer.models import download

MODEL = "someone/tiny"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAMES = ["config.json", "tokenizer.json", "model.safetensors"]


class Hub:
    """One model in one revision. With `broken_at`, answers end after so many bytes."""

    def __init__(self, folder: Path) -> None:
        self.files = {name: (folder / name).read_bytes() for name in NAMES}
        self.broken_at: int | None = None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.split("?")[0]
        if path.startswith(f"/api/models/{MODEL}"):
            siblings = [{"rfilename": name} for name in self.files]
            body = json.dumps({"id": MODEL, "sha": COMMIT, "siblings": siblings}).encode()
            return send(handler, 200, body, {"Content-Type": "application/json"})
        name = path.removeprefix(f"/{MODEL}/resolve/{COMMIT}/")
        if name not in self.files:
            return send(handler, 404, b"", {"X-Error-Code": "EntryNotFound"})
        content = self.files[name]
        known = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        asked = handler.headers["Range"] if handler.command == "GET" else None
        begin = 0 if asked is None else int(asked.removeprefix("bytes=").split("-")[0])
        if self.broken_at is not None and handler.command == "GET" and name == "model.safetensors":
            if begin >= self.broken_at:
                return send(handler, 404, b"", {})
            handler.send_response(200 if asked is None else 206)
            handler.send_header("Content-Length", str(len(content) - begin))
            handler.end_headers()
            handler.wfile.write(content[begin : self.broken_at])
            return None
        ranged = (
            {} if asked is None else {"Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}
        )
        return send(handler, 200 if asked is None else 206, content[begin:], known | ranged)


def _request(hub: Hub, folder: Path) -> dict[str, Any]:
    files = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in hub.files.items()
    ]
    return {
        "method": "download",
        "hubId": MODEL,
        "revision": COMMIT,
        "files": files,
        "work": str(folder / "work"),
        "out": str(folder / "out"),
    }


def _ask(loopback: Loopback, request: dict[str, Any]) -> list[dict[str, Any]]:
    trainer = TrainerProcess(variables={"HF_ENDPOINT": loopback.address, "HF_HUB_OFFLINE": "0"})
    try:
        return trainer.ask(request)
    finally:
        trainer.kill()


def test_pinned_files_are_fetched_checked_and_moved(model_folder: Path, tmp_path: Path) -> None:
    hub = Hub(model_folder)
    with serving(hub.answer) as loopback:
        *events, done = _ask(loopback, _request(hub, tmp_path))
    assert done == {"event": "done", "result": {"revision": COMMIT}}
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(NAMES)
    assert not (tmp_path / "work").exists()
    total = sum(map(len, hub.files.values()))
    assert events[-1] == {"event": "progress", "phase": "download", "done": total, "total": total}


def test_an_altered_file_is_named_and_nothing_is_stored(model_folder: Path, tmp_path: Path) -> None:
    hub = Hub(model_folder)
    request = _request(hub, tmp_path)
    hub.files["model.safetensors"] = hub.files["model.safetensors"][:-1] + b"x"
    with serving(hub.answer) as loopback:
        *_, error = _ask(loopback, request)
    assert (error["event"], error["code"]) == ("error", "bad_model")
    assert f"model.safetensors of {MODEL} on the hub is altered: its SHA-256 is" in error["message"]
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "work" / "model.safetensors").exists()


def test_a_download_that_broke_off_goes_on(model_folder: Path, tmp_path: Path) -> None:
    hub = Hub(model_folder)
    # The client of the hub keeps what came in pieces of 10 MB.
    hub.files["model.safetensors"] = save({"weights": torch.zeros(6_000_000)})
    hub.broken_at = 22_000_000
    with serving(hub.answer) as loopback:
        *_, error = _ask(loopback, _request(hub, tmp_path))
        assert (error["event"], error["code"]) == ("error", "no_network")
        hub.broken_at = None
        loopback.requests.clear()
        *_, done = _ask(loopback, _request(hub, tmp_path))
    assert done["event"] == "done"
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == hub.files["model.safetensors"]
    ranges = [asked for method, path, asked in loopback.requests if method == "GET" and "safetensors" in path]
    assert ranges == ["bytes=20971520-"]


def test_a_hub_that_does_not_answer_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setattr(download, "ANSWER_SECONDS", 0.2)
        with pytest.raises(TrainerError, match=r"did not answer within 0\.2 s") as caught:
            download._answered(MODEL, COMMIT)
    assert caught.value.code == "no_network"
