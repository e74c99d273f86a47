"""Failures that have a code of the protocol (src/protocol/training.ts)."""

from __future__ import annotations

import errno


class TrainerError(Exception):
    """`code`: bad_model, bad_input, out_of_memory, no_network, no_space, protocol or internal.

    The message says what and where.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def as_trainer_error(error: BaseException) -> TrainerError:
    """Gives an error of any library its code; an error that nobody foresaw gets `internal`."""
    if isinstance(error, TrainerError):
        return error
    text = f"{type(error).__name__}: {error}"
    if says_out_of_memory(error):
        return TrainerError("out_of_memory", f"memory ran out ({text})")
    if says_no_space(error):
        return TrainerError("no_space", f"no space is left on the disk ({text})")
    return TrainerError("internal", text)


def says_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out. torch has a class for it on accelerators, and only a message on the CPU."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)


def says_no_space(error: BaseException) -> bool:
    """Whether the disk is full. Libraries in other languages give only the system's message."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return "No space left on device" in str(error)
