"""The standing judge: one process, apart from all programs, that judges many jobs with simple checks.

It reads every job instead of the zygote. A job that it may not judge goes to a judge that is made for that
job alone. Each job has handles of its own, so no message of one job can count for another.
"""

import os
import socket

from leti_runner import channel
from leti_runner.judge.checking import ResultWrittenError
from leti_runner.judge.judge import Judge, sealable
from leti_runner.judge.remote import UnsealableError
from leti_runner.judge.simple_checks import are_simple

MOST_JOBS = 5000
"""The zygote replaces it after this many, because its memory may have grown."""


def serve(control, scratch):
    """Judges until the zygote or its standard input is gone. Handles come over the socket `control`."""
    with socket.socket(fileno=control) as zygote:
        while True:
            data, handles, _, _ = socket.recv_fds(zygote, 1, 4)
            if not data:
                return
            try:
                wants_more = _take_one(scratch, *handles)
            except (BrokenPipeError, ConnectionError):
                # The zygote has ended the job already.
                wants_more = True
            finally:
                for handle in handles:
                    os.close(handle)
            if not wants_more:
                return


def _take_one(scratch, result, requests, replies, jobs):
    job = channel.read(0, channel.LARGEST_JOB)
    if job is None:
        channel.write(result, {"end": True})
        return False
    if not _is_simple(job):
        channel.write(result, {"alone": True})
        channel.write(jobs, job)
        return True
    channel.write(result, head_of(job))
    try:
        _Judge(job, scratch, result, requests, replies).run()
    except UnsealableError:
        channel.write(result, {"unsealable": True})
    return True


class _Judge(Judge):
    """A judge that survives its job."""

    def _leave(self):
        raise ResultWrittenError


def head_of(job):
    """The parts of a job that the zygote may know."""
    return {"limits": job["limits"], "id": job["id"], "checks": len(job["checks"])}


def _is_simple(job):
    if "probe" in job or "suite" in job or job["seal"] == "never" or "stub" in job["main"]:
        return False
    if any(check["kind"] not in ("statements", "io") for check in job["checks"]):
        return False
    sources = tuple(check["source"] for check in job["checks"] if check["kind"] == "statements")
    return are_simple(job["setup"], sources, job["entry"]) and sealable(job)
