"""Ends a job's processes, and derives a verdict from how they ended where the judge gave none."""

import contextlib
import os
import resource
import signal
import sys
import time

_FAIR_SHARE = 0.8
"""A program that had the processor for this share of its wall time caused its time-out itself."""
_WAITING_SHARE = 0.05
"""Share of the processor that a program gets even on a busy machine; with less it waited for something."""
_CALIBRATION_SECONDS = 0.02
_BUSY = 1.5
"""The machine is busy when a loop of that length takes this many times as long on the clock."""


def result_head(job, head, program, judge, *, flooded, late):
    """The head of a job's result; `head` is the one that the judge sent, or None."""
    cpu_seconds = job["limits"]["cpuSeconds"]
    if head is None:
        verdict = _verdict_of("late" if late else _status(judge, late, cpu_seconds), flooded)
        head = {"verdict": verdict, "checksPassed": 0, "durationMs": 0, "sealed": False}
    elif "unsealable" in head:
        return {"id": job["id"], "unsealable": True}
    elif head["verdict"] == "gone":
        verdict = _verdict_of(_status(program, late, cpu_seconds), flooded)
        # Only the program can have broken the runner's code in the program's process.
        head["verdict"] = "tampered" if verdict == "harness_error" else verdict
    elif flooded:
        # The judge said the rest about a program that continued.
        head = {**head, "verdict": "output_limit", "rest": False}
    if head["verdict"] == "timeout":
        limits = job["limits"]
        head["seconds"] = limits.get("fairSeconds", min(limits["wallSeconds"], limits["cpuSeconds"]))
    return {**head, "id": job["id"], "checksTotal": job["checks"]}


def children_seconds():
    """CPU seconds of all children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def is_starved(used, seconds):
    """Whether a program that ran out of time had the processor for too little of it on a busy machine.

    A short loop of this process is the measure: its time on the clock against its time on the processor.
    """
    if not seconds * _WAITING_SHARE < used < seconds * _FAIR_SHARE:
        return False
    clock, own = time.perf_counter(), time.process_time()
    while time.process_time() - own < _CALIBRATION_SECONDS:
        pass
    return time.perf_counter() - clock > _BUSY * _CALIBRATION_SECONDS


def _status(pid, late, cpu_seconds):
    """The exit status of a child, which gets 20 ms to end and is then killed; "late" if its time was over.

    None for the standing judge: no program makes it end.
    """
    if pid is None:
        return None
    for _ in range(20):
        ended, status, spent = os.wait4(pid, os.WNOHANG)
        if ended:
            # At the limit of processor time the kernel kills as it does for memory.
            return "late" if spent.ru_utime + spent.ru_stime >= cpu_seconds else status
        if late:
            break
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return "late" if late else status


def end(*sessions):
    """Kills all that is left of the children's sessions and collects orphans; skips None."""
    for pid in sessions:
        if pid is None:
            continue
        with contextlib.suppress(ProcessLookupError):
            # On macOS a child has no session of its own, and can start no process.
            os.kill(pid, signal.SIGKILL) if sys.platform == "darwin" else os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass


def _verdict_of(status, flooded):
    """The verdict of a child that ended without a result; never a pass."""
    if flooded:
        return "output_limit"
    if status is None:
        return "harness_error"
    if status == "late":
        return "timeout"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return "timeout"
        return "memory" if number == signal.SIGKILL else "crashed"
    return "harness_error" if os.WEXITSTATUS(status) == 99 else "exited_early"
