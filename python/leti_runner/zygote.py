"""A warm interpreter that forks one sandboxed child for each job.

Reads frames (4 bytes of length, big endian, then JSON) from standard input and answers each with one. Jobs
come one at a time. Its own limits on what a child writes, and the clock, do not depend on the child.
"""

# Preloaded so that children need not import them: what programs and tests use most.
import argparse  # noqa: F401
import bisect  # noqa: F401
import calendar  # noqa: F401
import collections  # noqa: F401
import contextlib
import copy  # noqa: F401
import dataclasses  # noqa: F401
import datetime  # noqa: F401
import decimal  # noqa: F401
import enum  # noqa: F401
import errno
import fractions  # noqa: F401
import functools  # noqa: F401
import gc
import heapq  # noqa: F401
import itertools  # noqa: F401
import json
import math  # noqa: F401
import operator  # noqa: F401
import os
import random
import re  # noqa: F401
import select
import shutil
import signal
import statistics  # noqa: F401
import string  # noqa: F401
import struct
import sys
import tempfile
import textwrap  # noqa: F401
import time
import typing  # noqa: F401

from leti_runner import canaries, sandbox
from leti_runner.child import LARGEST_RESULT, Child

_GRACE_SECONDS = 0.3
"""What a child gets beyond its wall limit to report the line that it was running."""
_RANDOM_SEED = 0
_CHUNK = 1 << 16


class Zygote:
    """Owns one scratch folder, which is empty before every job."""

    def __init__(self, scratch):
        self._scratch = os.path.realpath(scratch)
        self._sandbox = sandbox.Sandbox(self._scratch)
        self._environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": self._scratch,
            "TMPDIR": self._scratch,
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
        }

    @property
    def complete(self):
        return self._sandbox.complete

    def run(self, job):
        """The ExecutionResult of a job. The child is gone when it returns."""
        limits = job["limits"]
        data, output, status = self._fork(lambda pipe: Child(job, self._scratch, pipe).run(), limits)
        result = _decode(data)
        if result is None:
            result = {
                "id": job["id"],
                "verdict": _verdict_of(status, output > limits["outputBytes"]),
                "checksPassed": 0,
                "checksTotal": len(job["checks"]),
                "durationMs": 0,
            }
        elif output > limits["outputBytes"]:
            result["verdict"] = "output_limit"
            result.pop("diagnostic", None)
        result["id"] = job["id"]
        return result

    def probe(self):
        """What the canaries found in a sandboxed child: contained or not, by name."""
        limits = {
            "wallSeconds": 10,
            "cpuSeconds": 10,
            "memoryBytes": 1 << 30,
            "outputBytes": 1 << 16,
            "fileBytes": 8 << 20,
        }
        data, _, _ = self._fork(lambda pipe: os.write(pipe, json.dumps(canaries.fly()).encode()), limits)
        return _decode(data) or {}

    def _fork(self, work, limits):
        result_read, result_write = os.pipe()
        output_read, output_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(result_read)
            os.close(output_read)
            self._become_child(work, limits, result_write, output_write)
        os.close(result_write)
        os.close(output_write)
        try:
            data, output, status = _watch(pid, result_read, output_read, limits)
        finally:
            _end(pid)
            os.close(result_read)
            os.close(output_read)
            self._clear()
        return data, output, status

    def _become_child(self, work, limits, result_pipe, output):
        try:
            os.setsid()
            sandbox.die_with_parent()
            devnull = os.open(os.devnull, os.O_RDONLY)
            os.dup2(devnull, 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            if result_pipe != 3:
                os.dup2(result_pipe, 3)
            ruleset = self._sandbox.ruleset
            if ruleset is not None:
                os.dup2(ruleset, 4)
                self._sandbox.ruleset = 4
            os.closerange(5, 256)
            sys.stdin = os.fdopen(0, closefd=False)
            sys.stdout = os.fdopen(1, "w", 1, "utf-8", "replace", closefd=False)
            sys.stderr = os.fdopen(2, "w", 1, "utf-8", "replace", closefd=False)
            os.chdir(self._scratch)
            os.umask(0o077)
            os.environ.clear()
            os.environ.update(self._environment)
            # The folder that tempfile found before this fork is out of the child's reach.
            tempfile.tempdir = self._scratch
            random.seed(_RANDOM_SEED)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            sandbox.set_limits(limits)
            self._sandbox.enter()
            if self._sandbox.ruleset is not None:
                os.close(4)
            gc.enable()
            work(3)
        except BaseException:  # noqa: BLE001 (the zygote reports a child without a result)
            sys.excepthook(*sys.exc_info())
            os._exit(99)
        os._exit(0)

    def _clear(self):
        """Empties the scratch folder without following links; a folder made unreadable is opened up first."""

        def unlock(function, path, _error):
            os.chmod(os.path.dirname(path), 0o700)
            if os.path.isdir(path) and not os.path.islink(path):
                os.chmod(path, 0o700)
            function(path)

        with os.scandir(self._scratch) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, onerror=unlock)
                else:
                    os.unlink(entry.path)


def _watch(pid, result_pipe, output_pipe, limits):
    """Reads both pipes until the child has ended, has written too much, or its time is over."""
    deadline = time.monotonic() + limits["wallSeconds"] + _GRACE_SECONDS
    data = bytearray()
    output = 0
    open_pipes = {result_pipe, output_pipe}
    while result_pipe in open_pipes:
        left = deadline - time.monotonic()
        if left <= 0 or output > limits["outputBytes"] or len(data) > LARGEST_RESULT:
            break
        ready, _, _ = select.select(list(open_pipes), [], [], left)
        for pipe in ready:
            chunk = os.read(pipe, _CHUNK)
            if not chunk:
                open_pipes.discard(pipe)
            elif pipe == result_pipe:
                data += chunk
            else:
                output += len(chunk)
    late = time.monotonic() >= deadline
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended == 0 and result_pipe not in open_pipes:
        # The pipe is closed, so the child is on its way out; a thread may hold it up.
        for _ in range(20):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                break
            time.sleep(0.001)
    if ended == 0:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if late:
            status = "late"
    return bytes(data), output, status


def _end(pid):
    """Ends what is left of a child's session and collects orphans."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def _decode(data):
    if not data or len(data) > LARGEST_RESULT:
        return None
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _verdict_of(status, flooded):
    """The verdict of a child that ended without a result; never a pass."""
    if flooded:
        return "output_limit"
    if status == "late":
        return "timeout"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return "timeout"
        return "memory" if number == signal.SIGKILL else "crashed"
    return "harness_error" if os.WEXITSTATUS(status) == 99 else "exited_early"


def _read_frame():
    header = _read_exactly(4)
    if header is None:
        return None
    data = _read_exactly(struct.unpack(">I", header)[0])
    return None if data is None else json.loads(data)


def _read_exactly(count):
    data = bytearray()
    while len(data) < count:
        try:
            chunk = os.read(0, count - len(data))
        except OSError as error:
            if error.errno == errno.EINTR:
                continue
            raise
        if not chunk:
            return None
        data += chunk
    return bytes(data)


def _write_frame(out, value):
    data = json.dumps(value).encode()
    data = struct.pack(">I", len(data)) + data
    while data:
        data = data[os.write(out, data) :]


def main():
    sandbox.die_with_parent()
    sandbox.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.dup(1)
    os.dup2(2, 1)
    # This package's own folder came first for its imports; programs must not find it.
    sys.path[:] = [entry for entry in sys.path if entry not in ("", os.getcwd())]
    scratch = tempfile.mkdtemp(prefix="leti-")
    try:
        zygote = Zygote(scratch)
        gc.collect()
        gc.disable()
        gc.freeze()
        version = ".".join(str(part) for part in sys.version_info[:3])
        _write_frame(out, {"ready": True, "version": version, "complete": zygote.complete})
        while True:
            request = _read_frame()
            if request is None:
                return
            _write_frame(out, zygote.probe() if request.get("probe") else zygote.run(request))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
