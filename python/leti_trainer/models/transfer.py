"""What downloads share: progress while a library fetches, and files compared with what is pinned."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Emit = Callable[[dict[str, Any]], None]

_WATCH_SECONDS = 0.5
_CHUNK_BYTES = 1 << 20


@contextmanager
def watched(emit: Emit, place: Path, done: int, expected: int, total: int) -> Iterator[None]:
    """Emits `progress` while the body runs: `done` bytes, and of `expected` those that are in `place`.

    The libraries that fetch report in ways of their own, which differ with their versions.
    """
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(_WATCH_SECONDS):
            report(emit, done + min(expected, _bytes_in(place)), total)

    thread = threading.Thread(target=watch, name="download progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def report(emit: Emit, done: int, total: int) -> None:
    """Emits how many bytes of a download are here."""
    emit({"event": "progress", "phase": "download", "done": done, "total": total})


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file as hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _bytes_in(place: Path) -> int:
    files = (
        [place] if place.is_file() else [Path(at, name) for at, _, names in os.walk(place) for name in names]
    )
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except OSError:
            # Temporary files come and go while we look.
            continue
    return total
