"""Passes a judge's result through the zygote without leaving it in the zygote's memory.

Every program's process is a copy of the zygote. A result quotes checks and expected values, and a later
program of the same task could find them in its own memory. Results therefore lie in memory that is wiped.
Only their head, which quotes nothing, becomes Python objects.
"""

import json
import mmap
import os
import struct

from leti_runner import channel

_CHUNK = 1 << 16
_LARGEST_HEAD = 1 << 12
_SIZE = 2 * channel.LARGEST_REPLY


class ResultRelay:
    """The frames of one judge at a time."""

    def __init__(self):
        self._memory = mmap.mmap(-1, _SIZE)
        self._filled = self._taken = 0

    @property
    def full(self):
        """Whether more bytes came than a judge ever writes."""
        return self._filled > _SIZE - _CHUNK

    def fill(self, handle):
        """Reads the bytes that are there; False at the end of the pipe."""
        with memoryview(self._memory) as view, view[self._filled : self._filled + _CHUNK] as free:
            count = os.readv(handle, [free])
        self._filled += count
        return count > 0

    def take_head(self):
        """The next frame as an object; None if it has not come yet or is malformed."""
        place = self._next()
        if place is None or place[1] - place[0] > _LARGEST_HEAD:
            return None
        self._taken = place[1]
        try:
            found = json.loads(self._memory[place[0] : place[1]])
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def has_rest(self):
        """Whether the frame that follows a result's head has come."""
        return self._next() is not None

    def pass_on(self, handle, head):
        """Writes one frame: the head, and the judge's second frame if `head` announces one."""
        encoded = json.dumps({name: value for name, value in head.items() if name != "rest"}).encode()
        place = self._next() if head.get("rest") else None
        if place is None or place[1] - place[0] <= len("{}"):
            _write_all(handle, [struct.pack(">I", len(encoded)), encoded])
            return
        with memoryview(self._memory) as view, view[place[0] + 1 : place[1]] as rest:
            # Two JSON objects become one.
            begin = encoded[:-1] + (b"," if len(encoded) > len("{}") else b"")
            _write_all(handle, [struct.pack(">I", len(begin) + len(rest)), begin, rest])

    def wipe(self):
        """Clears the memory, so that the next program finds nothing."""
        self._memory[: self._filled] = bytes(self._filled)
        self._filled = self._taken = 0

    def _next(self):
        """Where the next frame begins and ends; None where it has not come whole."""
        begin = self._taken + 4
        if self._filled < begin:
            return None
        end = begin + struct.unpack_from(">I", self._memory, self._taken)[0]
        return (begin, end) if self._filled >= end else None


def _write_all(handle, parts):
    for part in parts:
        with memoryview(part) as view:
            done = 0
            while done < len(view):
                with view[done:] as left:
                    done += os.write(handle, left)
