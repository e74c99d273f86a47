"""The standard streams of a program: replaced for one call, or copied for who asks what was printed."""

import contextlib
import io
import os
import sys
import tempfile

LARGEST_ECHO = 1 << 16
"""Bytes of each stream that are copied per call. What is beyond is printed and not copied."""
_NAMES = ("stdout", "stderr")


@contextlib.contextmanager
def replaced(given):
    """Replaces standard input by the bytes `given`, and standard output by a file, also for descriptors.

    Gives a function that returns the text that was printed. Call it after the block.
    """
    kept_streams = sys.stdin, sys.stdout
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(given)
        source.seek(0)
        kept = [os.dup(number) for number in (0, 1)]
        try:
            for number, file in enumerate((source, target)):
                os.dup2(file.fileno(), number)
            text = {"encoding": "utf-8", "errors": "surrogateescape", "closefd": False}
            sys.stdin = os.fdopen(0, **text)
            output = sys.stdout = os.fdopen(1, "w", **text)
            written = []
            try:
                yield lambda: written[0]
            finally:
                # A program may close its output.
                with contextlib.suppress(ValueError):
                    output.flush()
                target.seek(0)
                written.append(target.read().decode("utf-8", "replace"))
        finally:
            for number, handle in enumerate(kept):
                os.dup2(handle, number)
                os.close(handle)
            sys.stdin, sys.stdout = kept_streams


class Echo:
    """Copies what the program prints through `sys.stdout` and `sys.stderr`, up to a bound per call."""

    def __init__(self):
        self._copies = {}
        for number, name in enumerate(_NAMES, 1):
            self._copies[name] = copy = _Copying(number)
            stream = io.TextIOWrapper(
                copy, encoding="utf-8", errors="backslashreplace", line_buffering=True, write_through=True
            )
            setattr(sys, name, stream)

    def take(self):
        """What was printed since the last call, by the stream's name. Streams without text are left out."""
        taken = {name: copy.take() for name, copy in self._copies.items()}
        return {name: text for name, text in taken.items() if text}


class _Copying(io.RawIOBase):
    """A descriptor whose first bytes since the last `take` are kept too."""

    def __init__(self, number):
        super().__init__()
        self._number = number
        self._kept = bytearray()

    def writable(self):
        return True

    def fileno(self):
        return self._number

    def write(self, data):
        size = os.write(self._number, data)
        room = LARGEST_ECHO - len(self._kept)
        if room > 0:
            self._kept += bytes(data[: min(size, room)])
        return size

    def take(self):
        text = self._kept.decode("utf-8", "replace")
        self._kept.clear()
        return text
