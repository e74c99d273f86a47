"""A warm interpreter that forks sandboxed processes for each job.

Reads frames (4 bytes of length, big endian, then JSON) from standard input and answers each with one frame.
Jobs come one at a time. The limits on time and on a child's output do not depend on the child.
"""

# Preloaded so that children need not import them: what programs and tests use most.
import argparse  # noqa: F401
import bisect  # noqa: F401
import calendar  # noqa: F401
import collections  # noqa: F401
import copy  # noqa: F401
import dataclasses  # noqa: F401
import datetime  # noqa: F401
import decimal  # noqa: F401
import enum  # noqa: F401
import fcntl
import fractions  # noqa: F401
import functools  # noqa: F401
import gc
import heapq  # noqa: F401
import itertools  # noqa: F401
import json  # noqa: F401
import math  # noqa: F401
import operator  # noqa: F401
import os
import pathlib
import random
import re  # noqa: F401
import select
import shutil
import signal
import socket
import statistics  # noqa: F401
import string  # noqa: F401
import sys
import tempfile
import textwrap  # noqa: F401
import time
import typing  # noqa: F401

from leti_runner import channel
from leti_runner.folders import clear_folder, has_room
from leti_runner.harvest import suite
from leti_runner.harvest.files import package_names
from leti_runner.judge import plugins, standing_judge
from leti_runner.judge.in_process import InProcessJudge
from leti_runner.judge.judge import Judge, sealable
from leti_runner.judge.remote import UnsealableError
from leti_runner.judge.result_relay import ResultRelay
from leti_runner.program import memory_modules, process_end, values
from leti_runner.program.program import Program
from leti_runner.sandbox import canaries, namespaces, sandbox, seatbelt

_GRACE_SECONDS = 1.0
"""Time beyond its wall limit in which a child reports the line that it was running."""
_LOOK_SECONDS = 0.1
"""Interval between two looks at a running program's scratch folder."""
_RANDOM_SEED = 0
_CHUNK = 1 << 16
_STANDING_LIMITS = {"cpuSeconds": 1 << 30, "memoryBytes": 1 << 30, "fileBytes": 0}
"""Limits of the standing judge. The zygote's clock limits each of its jobs."""
_PROBE_LIMITS = {
    "wallSeconds": 10,
    "cpuSeconds": 10,
    "memoryBytes": 1 << 30,
    "outputBytes": 1 << 16,
    "fileBytes": 8 << 20,
}


class Zygote:
    """Owns one scratch folder, which is empty before every job.

    For each job it forks the program's process, before the job has come. A judge in another process alone
    reads the job, so neither the program's process nor this one ever holds a check in its memory.
    """

    def __init__(self, scratch, outside, bystander, own_root):
        self._scratch = os.path.realpath(scratch)
        self._outside, self._bystander = outside, bystander
        self._sandbox = sandbox.Sandbox(self._scratch, own_root)
        self._relay = ResultRelay()
        self._standing = _StandingJudge(self._fork_standing_judge)
        self._prepare()

    def _prepare(self):
        """Prepares once everything that all children need."""
        os.environ.clear()
        os.environ.update(
            {
                "PATH": "/usr/bin:/bin",
                "HOME": self._scratch,
                "TMPDIR": self._scratch,
                "LANG": "C.UTF-8",
                "PYTHONHASHSEED": "0",
                "PYTHONDONTWRITEBYTECODE": "1",
                "OMP_NUM_THREADS": "1",
            }
        )
        # The folder that tempfile found before this is out of the children's reach.
        tempfile.tempdir = self._scratch
        sys.stdin = os.fdopen(0, closefd=False)
        sys.stdout = os.fdopen(1, "w", 1, "utf-8", "replace", closefd=False)
        sys.stderr = os.fdopen(2, "w", 1, "utf-8", "replace", closefd=False)
        values.hide_machine(self._scratch)

    @property
    def complete(self):
        return self._sandbox.complete

    def pass_on_result(self, out):
        """Awaits a job on standard input, runs it, writes its ExecutionResult; False at the end of the input.

        All children are gone when it returns.
        """
        ends = _Pipes("requests", "replies", "result", "output", "jobs")
        program = self._fork([ends.requests_r, ends.replies_w], ends.output_w, self._serve_program)
        ends.close("requests_r", "replies_w")
        used = process_end.children_seconds()
        judge = None
        try:
            self._standing.take_next_job(ends.result_w, ends.requests_w, ends.replies_r, ends.jobs_w)
            head = self._first_head(ends.result_r)
            if head == {"alone": True}:
                # Its checks may leave something behind, so the job gets a judge of its own.
                handles = [ends.result_w, ends.requests_w, ends.replies_r, ends.jobs_r]
                judge = self._fork(handles, ends.output_w, self._judge_job)
                ends.close("result_w", "jobs_r")
                head = self._first_head(ends.result_r)
            ends.close("result_w", "requests_w", "replies_r", "jobs_r", "jobs_w", "output_w")
            if head is None:
                return False
            result = self._outcome(head, program, judge, ends.result_r, ends.output_r)
        finally:
            process_end.end(program, judge)
            ends.close_all()
            clear_folder(self._scratch)
        if result.get("verdict") == "timeout":
            result["starved"] = process_end.is_starved(
                process_end.children_seconds() - used, result.pop("seconds")
            )
        self._relay.pass_on(out, result)
        self._relay.wipe()
        return True

    def _first_head(self, result_pipe):
        """The first frame of a judge; None if the judge is gone or the input has ended."""
        while True:
            ready, _, _ = select.select([result_pipe, self._standing.control], [], [])
            if result_pipe not in ready or not self._relay.fill(result_pipe):
                return None
            head = self._relay.take_head()
            if head is not None:
                return None if "end" in head else head

    def _outcome(self, job, program, judge, result_pipe, output_pipe):
        """Reads until the result is complete, the judge is gone, too much was written, or the time is over.

        `job` is the judge's first frame; `judge` is None for the standing judge. Returns the result's head.
        """
        head, output, late = None, 0, False
        deadline = time.monotonic() + job["limits"]["wallSeconds"] + _GRACE_SECONDS
        limit = job["limits"]["outputBytes"]
        open_pipes = {result_pipe, output_pipe}
        next_look = time.monotonic() + _LOOK_SECONDS
        while result_pipe in open_pipes:
            if head is None:
                head = self._relay.take_head()
            late = time.monotonic() >= deadline
            if self._is_whole(head) or late or output > limit or self._relay.full:
                break
            if "id" in job and time.monotonic() > next_look:
                next_look = time.monotonic() + _LOOK_SECONDS
                if not has_room(self._scratch, namespaces.SCRATCH_FILES, namespaces.SCRATCH_BYTES):
                    output = limit + 1
                    break
                if sys.platform == "darwin" and _holds_too_much(job["limits"], program, judge):
                    # On Linux the kernel does this, with the same verdict.
                    os.kill(program, signal.SIGKILL)
            wait = min(max(0, deadline - time.monotonic()), _LOOK_SECONDS)
            ready, _, _ = select.select(list(open_pipes), [], [], wait)
            if result_pipe in ready and not self._relay.fill(result_pipe):
                open_pipes.discard(result_pipe)
            if output_pipe in ready:
                count = len(os.read(output_pipe, _CHUNK))
                output += count
                if count == 0:
                    open_pipes.discard(output_pipe)
        if "id" not in job:
            return head if head is not None else {}
        flooded = output > limit
        if head is None and judge is None and not flooded:
            # The standing judge may be stuck in a check.
            self._standing.end()
        return process_end.result_head(job, head, program, judge, flooded=flooded, late=late)

    def _is_whole(self, head):
        return head is not None and ("rest" not in head or self._relay.has_rest())

    def _serve_program(self):
        requests, replies = 3, 4
        part = channel.read(requests, channel.LARGEST_JOB)
        if part is None:
            # The job needs no process of its own, or there was none.
            return
        self._confine(part["limits"], sandbox.installed_copies(memory_modules.top_names(part)))
        if part["inProcess"]:
            InProcessJudge(part, self._scratch, requests, replies).run()
        else:
            Program(part, requests, replies).serve()

    def _fork_standing_judge(self, control):
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            return self._fork([control], null, self._run_standing_judge, job_input=True)
        finally:
            os.close(null)

    def _run_standing_judge(self):
        self._confine(_STANDING_LIMITS)
        standing_judge.serve(3, self._scratch)

    def _judge_job(self):
        """Judges the one job that the standing judge hands over."""
        result, requests, replies, jobs = 3, 4, 5, 6
        job = channel.read(jobs, channel.LARGEST_JOB)
        os.close(jobs)
        if job is None:
            return
        if "probe" in job:
            channel.write(result, {"limits": _PROBE_LIMITS})
            self._confine(_PROBE_LIMITS)
            found = canaries.run(self._outside, self._bystander)
            channel.write(result, {"rest": True})
            channel.write(result, found)
            return
        if "suite" in job:
            self._trace_suite(job["suite"], result)
            return
        channel.write(result, standing_judge.head_of(job))
        self._confine(job["limits"])
        judge = Judge(job, self._scratch, result, requests, replies)
        if not sealable(job):
            judge.run_in_process()
            return
        # What checks print is not the program's.
        for handle in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), handle)
        try:
            judge.run()
        except UnsealableError:
            channel.write(result, {"unsealable": True})

    def _trace_suite(self, tests, result):
        """Runs the workspace's own tests on its unchanged code and records what they call; judges nothing."""
        channel.write(result, {"limits": tests["limits"]})
        self._confine(
            tests["limits"],
            sandbox.installed_copies(memory_modules.all_top_names(tests["files"], tests["roots"])),
        )
        for handle in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), handle)
        found = suite.run(tests, self._scratch)
        channel.write(result, {"rest": True})
        channel.write(result, found)

    def _fork(self, handles, output, work, job_input=False):
        """Forks a child with its own session, in which `handles` are 3, 4 and so on; returns its id."""
        pid = os.fork()
        if pid != 0:
            return pid
        try:
            # On macOS no child dies with its parent; it stays in the group that is ended together.
            if sys.platform != "darwin":
                os.setsid()
            sandbox.die_with_parent()
            if not job_input:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            wanted = [*handles, *([] if self._sandbox.ruleset is None else [self._sandbox.ruleset])]
            # Copies above all targets first, because a handle may lie on the number of another one.
            copies = [fcntl.fcntl(handle, fcntl.F_DUPFD, 64) for handle in wanted]
            for target, handle in enumerate(copies, 3):
                os.dup2(handle, target)
            if self._sandbox.ruleset is not None:
                self._sandbox.ruleset = 3 + len(handles)
            os.closerange(3 + len(wanted), 256)
            gc.enable()
            work()
        except BaseException:  # noqa: BLE001 (the zygote reports a child without a result)
            sys.excepthook(*sys.exc_info())
            os._exit(99)
        os._exit(0)

    def _confine(self, limits, hidden=frozenset()):
        """Confines this child for good, before it reads the job. It cannot read `hidden` paths."""
        os.chdir(self._scratch)
        os.umask(0o077)
        # Python seeds it anew in each fork.
        random.seed(_RANDOM_SEED)
        # A judge must report that its program is gone, so SIGPIPE stays ignored, Python's default.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        sandbox.set_limits(limits)
        self._sandbox.enter(hidden)
        if self._sandbox.ruleset is not None:
            os.close(self._sandbox.ruleset)


class _Pipes:
    """The pipes of one job by name: `requests` has the ends `requests_r` and `requests_w`."""

    def __init__(self, *names):
        for name in names:
            for end, handle in zip("rw", os.pipe()):
                setattr(self, f"{name}_{end}", handle)

    def close(self, *ends):
        """Closes those of `ends` that are still open."""
        for end in ends:
            handle = self.__dict__.pop(end, None)
            if handle is not None:
                os.close(handle)

    def close_all(self):
        self.close(*list(self.__dict__))


class _StandingJudge:
    """Starts the standing judge, and a new one when it is gone or has judged MOST_JOBS jobs."""

    def __init__(self, start):
        self._start = start
        self._pid, self._jobs = None, 0
        self.control = None
        """A socket to the judge; it becomes readable when the judge is gone."""

    def take_next_job(self, *handles):
        """Lets the judge read the next job.

        Handles: result, requests, replies, and the pipe for jobs it passes on.
        """
        if self.control is None or self._jobs == standing_judge.MOST_JOBS or not self._send(handles):
            self.end()
            self.control, theirs = socket.socketpair()
            with theirs:
                self._pid, self._jobs = self._start(theirs.fileno()), 0
            self._send(handles)
        self._jobs += 1

    def end(self):
        if self.control is None:
            return
        self.control.close()
        process_end.end(self._pid)
        self.control = self._pid = None

    def _send(self, handles):
        try:
            socket.send_fds(self.control, [b"j"], handles)
        except OSError:
            return False
        return True


def _holds_too_much(limits, *pids):
    return any(pid is not None and seatbelt.footprint(pid) > limits["memoryBytes"] for pid in pids)


def _own_packages():
    """The names of the packages and modules in the folder that `--workspace=` names."""
    root = next((word.partition("=")[2] for word in sys.argv if word.startswith("--workspace=")), None)
    return frozenset() if root is None else package_names(pathlib.Path(root))


def main():
    sandbox.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A process of the machine outside, for the canaries to look for.
    outside = os.getpid()
    # This package's own folder came first for its imports; programs must not find it.
    sys.path[:] = [entry for entry in sys.path if entry not in ("", os.getcwd())]
    if "--pytest" in sys.argv:
        plugins.load(_own_packages())
    own_root = "--namespaces" in sys.argv
    if own_root:
        try:
            home = scratch = namespaces.enter()
        except namespaces.Refused as refused:
            sys.exit(str(refused))
        bystander = os.__file__
    else:
        sandbox.adopt_orphans()
        home = tempfile.mkdtemp(prefix="leti-")
        scratch, bystander = os.path.join(home, "scratch"), os.path.join(home, "bystander")
        os.mkdir(scratch)
        os.close(os.open(bystander, os.O_WRONLY | os.O_CREAT))
    # Else a program of the same user could write into this process's pipes where no sandbox stops it.
    sandbox.close_to_others()
    out = os.dup(1)
    os.dup2(2, 1)
    try:
        zygote = Zygote(scratch, outside, bystander, own_root)
        gc.collect()
        gc.disable()
        gc.freeze()
        version = ".".join(str(part) for part in sys.version_info[:3])
        channel.write(out, {"ready": True, "version": version, "complete": zygote.complete, "home": home})
        while zygote.pass_on_result(out):
            pass
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
