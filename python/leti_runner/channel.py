"""Frames between processes: four bytes of length, big endian, then JSON."""

import json
import os
import struct

LARGEST_JOB = 64 << 20
LARGEST_REPLY = 1 << 20


class ChannelError(Exception):
    """A frame is too long or malformed."""


def write(handle, value, largest=LARGEST_JOB):
    """Writes a frame. ChannelError: it has more than `largest` bytes; nothing is then written."""
    data = json.dumps(value).encode()
    if len(data) > largest:
        raise ChannelError("the frame is too long")
    data = struct.pack(">I", len(data)) + data
    while data:
        data = data[os.write(handle, data) :]


def read(handle, largest):
    """Reads one frame and returns its value.

    None: the other side has ended. ChannelError: it is malformed.
    """
    header = _exactly(handle, 4)
    if header is None:
        return None
    length = struct.unpack(">I", header)[0]
    if length > largest:
        raise ChannelError("the frame is too long")
    data = _exactly(handle, length)
    if data is None:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ChannelError("the frame is not JSON") from error


def _exactly(handle, count):
    data = bytearray()
    while len(data) < count:
        chunk = os.read(handle, min(count - len(data), 1 << 20))
        if not chunk:
            return None
        data += chunk
    return bytes(data)
