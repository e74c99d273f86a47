"""The protocol's two ends: events out, requests in."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from typing import Any


class Channel:
    """The protocol's own output.

    All other output, of Python or of libraries below it, goes to standard error.
    """

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        os.dup2(2, 1)

    def emit(self, event: dict[str, Any]) -> None:
        """Writes one event as one line and flushes it. ValueError: the event holds NaN or an infinity."""
        line = json.dumps(event, ensure_ascii=True, allow_nan=False)
        self._out.write(line + "\n")
        self._out.flush()


def request_lines() -> Iterator[str]:
    """Lines of standard input, read in a thread.

    When the input ends, this process ends in the middle of its work.
    """
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for raw in sys.stdin.buffer:
            lines.put(raw.decode("utf-8", errors="replace"))
        os._exit(0)

    threading.Thread(target=read, name="requests", daemon=True).start()
    while True:
        line = lines.get()
        if line.strip():
            yield line
