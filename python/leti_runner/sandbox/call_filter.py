"""The system call filter: a program for the kernel that finds a call's number by halving (seccomp(2)).

The kernel runs it over every number once when a process installs it, and remembers those that are always let
through. So its depth costs time at a program's start, and a list would cost more.
"""

import ctypes
import errno
import os
import struct

from leti_runner.sandbox import syscalls

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

_X32_BIT = 0x40000000
"""Marks calls of another table on x86-64."""

_RET_ALLOW = 0x7FFF0000
_RET_ERRNO = 0x00050000
_RET_KILL_PROCESS = 0x80000000
_LOAD = 0x20
_JUMP = 0x05
_JUMP_EQUAL = 0x15
_JUMP_AT_LEAST = 0x35
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06
_INSTRUCTION = 8
"""Bytes of an instruction."""
_FARTHEST = 255
"""Instructions that a jump with a condition can skip."""

_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Places in what a filter is told about a call."""


def is_offered(libc):
    """Whether the kernel takes filters: it finds fault with this one's address, else with the request."""
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, None, 0, 0)
    return ctypes.get_errno() == errno.EFAULT


class CallFilter:
    """The filter of one machine: made once, installed in each child after its fork."""

    def __init__(self, machine):
        code = instructions(machine)
        self._packed = b"".join(
            struct.pack("=HBBI", operation, yes, no, value) for operation, yes, no, value in code
        )
        self._own_ids = [
            place * _INSTRUCTION + 4
            for place, (operation, _, _, value) in enumerate(code)
            if operation == _JUMP_EQUAL and value == syscalls.OWN_ID
        ]

    def install(self, libc):
        """Holds for this process and its threads from now on; raises OSError when the kernel refuses it."""
        buffer = ctypes.create_string_buffer(self._packed, len(self._packed))
        for place in self._own_ids:
            struct.pack_into("=I", buffer, place, os.getpid())
        program = struct.pack("=HxxxxxxQ", len(self._packed) // _INSTRUCTION, ctypes.addressof(buffer))
        program = ctypes.create_string_buffer(program)
        if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))


def instructions(machine):
    """The filter as (operation, jump if true, jump if false, value) quadruples (linux/filter.h)."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, syscalls.AUDIT_NAMES[machine]),
        (_RETURN, 0, 0, _RET_KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        *_find(_ranges(machine)),
    ]


def _ranges(machine):
    """What happens to calls from which number on: (first number, instructions) pairs in order."""
    decided = {
        **{number: _decide(name) for name, number in syscalls.numbers(syscalls.ALLOWED, machine).items()},
        **{number: _refuse(errno.ENOSYS) for number in syscalls.numbers(syscalls.ABSENT, machine).values()},
    }
    every = [(number, decided.get(number, _refuse(errno.EPERM))) for number in range(syscalls.NEWEST + 1)]
    every += [(syscalls.NEWEST + 1, _refuse(errno.ENOSYS)), (_X32_BIT, [(_RETURN, 0, 0, _RET_KILL_PROCESS)])]
    return every[:1] + [one for before, one in zip(every, every[1:]) if one[1] != before[1]]


def _find(ranges):
    """Instructions that go to the range of the number that is loaded."""
    if len(ranges) == 1:
        return ranges[0][1]
    half = len(ranges) // 2
    lower, upper = _find(ranges[:half]), _find(ranges[half:])
    first = ranges[half][0]
    if len(lower) <= _FARTHEST:
        return [(_JUMP_AT_LEAST, len(lower), 0, first), *lower, *upper]
    return [(_JUMP_AT_LEAST, 0, 1, first), (_JUMP, 0, 0, len(lower)), *lower, *upper]


def _decide(name):
    if name == "clone":
        return _only_threads()
    check = syscalls.CHECKS.get(name)
    code = [] if check is None else [one for held in check.conditions for one in _hold(held, check.error)]
    return [*code, (_RETURN, 0, 0, _RET_ALLOW)]


def _hold(condition, error):
    """Instructions that refuse a call unless a condition holds, and go on else."""
    low = _FIRST_ARGUMENT + 8 * condition.argument
    code = []
    if condition.wide:
        code += [(_LOAD, 0, 0, low + 4), (_JUMP_EQUAL, 1, 0, 0), *_refuse(error)]
    code.append((_LOAD, 0, 0, low))
    for left in reversed(range(len(condition.values))):
        code.append((_JUMP_EQUAL, left + 1, 0, condition.values[-1 - left]))
    return [*code, *_refuse(error)]


def _only_threads():
    """A process that cannot start another one cannot start a bomb, for root either."""
    return [
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_ANY_BIT, 1, 0, 0xFFFFFFFF & ~syscalls.THREAD_FLAGS),
        (_JUMP_ANY_BIT, 1, 0, syscalls.THREAD),
        *_refuse(errno.EPERM),
        (_RETURN, 0, 0, _RET_ALLOW),
    ]


def _refuse(error):
    return [(_RETURN, 0, 0, _RET_ERRNO | error)]
