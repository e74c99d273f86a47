"""A judge that stands by: one process, apart from all programs, that judges job after job with simple checks.

It reads every job in the zygote's place. What it may not judge itself it hands to a judge that is made for
that job alone. Each job brings handles of its own, so nothing of one job can be taken for another's.
"""

import os
import socket

from leti_runner import channel
from leti_runner.judge.checking import EnoughError
from leti_runner.judge.judge import Judge, sealable
from leti_runner.judge.remote import UnsealableError
from leti_runner.judge.simple_checks import are_simple

MOST_JOBS = 5000
"""After so many it is replaced, whatever its memory has become by then."""


def serve(control, scratch):
    """Judges until the zygote or its standard input is gone. Handles come over the socket `control`."""
    with socket.socket(fileno=control) as zygote:
        while True:
            data, handles, _, _ = socket.recv_fds(zygote, 1, 4)
            if not data:
                return
            try:
                go_on = _take_one(scratch, *handles)
            except (BrokenPipeError, ConnectionError):
                # The zygote has ended the job in its own way.
                go_on = True
            finally:
                for handle in handles:
                    os.close(handle)
            if not go_on:
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
    """Lives on where others end."""

    def _leave(self):
        raise EnoughError


def head_of(job):
    """What the zygote is told of a job."""
    return {"limits": job["limits"], "id": job["id"], "checks": len(job["checks"])}


def _is_simple(job):
    if "probe" in job or "suite" in job or job["seal"] == "never" or "stub" in job["main"]:
        return False
    if any(check["kind"] not in ("statements", "io") for check in job["checks"]):
        return False
    sources = tuple(check["source"] for check in job["checks"] if check["kind"] == "statements")
    return are_simple(job["setup"], sources, job["entry"]) and sealable(job)
