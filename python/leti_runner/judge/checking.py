"""The part that all judges share: running checks, explaining failures, sending one result."""

import itertools
import json
import os
import signal
import time

from leti_runner import channel
from leti_runner.judge import property_tests
from leti_runner.judge.asserts import add_assert_helper, compile_with_asserts
from leti_runner.judge.checks import (
    CheckFailedError,
    InvalidCheckError,
    in_stages,
    run_check,
    text_of,
)
from leti_runner.judge.pytest_checks import NeedsPytestError, run_together
from leti_runner.judge.remote import ProgramEnded
from leti_runner.program.diagnostics import Explainer, missing_module, notes_of
from leti_runner.program.timeout import TimeoutWatch
from leti_runner.program.values import cleaned

_COUNTING_SHARE = 0.5
"""Share of the wall limit after which a job with a failed check ends, though checks are left to count."""


class ResultWrittenError(BaseException):
    """The result has been sent, so the remaining checks need not run."""


class CheckingProcess:
    """Runs a job's checks in a sandboxed process and sends one result.

    Subclasses give `_verdict`: a verdict with its diagnostic, or an exception of a check.
    """

    sealed = False

    def __init__(self, job, scratch, result_pipe):
        self._job = job
        self._pipe = result_pipe
        self._owner = os.getpid()
        self._started = time.perf_counter()
        self._passed = 0
        self._hash = None
        self._check = None
        self._scratch = scratch
        self._sources = {file["path"]: file["source"] for file in job["files"]}
        self._sources[job["main"]["path"]] = job["main"]["source"]
        self._data = {}
        """Files that checks open, by path."""
        self._explainer = Explainer(self._sources)
        self._timeout_watch = TimeoutWatch(self._explainer, self._sources)
        self._finder = None

    def run(self):
        """Returns only after the result is written."""
        self._watch_time()
        try:
            verdict, diagnostic = self._verdict()
        except ResultWrittenError:
            return
        except BaseException as error:  # noqa: BLE001 (a program may raise anything)
            verdict, diagnostic = self._outcome_of(error)
        if self._timeout_watch.is_over:
            # It ended while its lines were followed.
            verdict, diagnostic = "timeout", {"type": "Timeout", "message": "", "frames": []}
        self._write(verdict, diagnostic)

    def _run_setup(self, source, module):
        if not source.strip():
            return
        try:
            code = compile(source, "<setup>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise InvalidCheckError(error) from error
        exec(code, module.__dict__)

    def _run_checks(self, module, function):
        """Runs all checks in stages: verdict and diagnostic of the first that failed; None when all passed.

        After a failure the others are only counted, while the program answers and the time is not short.
        """
        first = None

        def on_start(index):
            self._check = index

        def on_end(_index, error):
            nonlocal first
            if error is None:
                self._passed += 1
                return True
            found = self._outcome_of(error)
            if first is None:
                first = found
                self._report_before_limit(first)
            return not (_has_ended(error) or self._job.get("stopAtFirst"))

        def alone(index):
            on_start(index)
            return on_end(index, self._error_of(checks[index], module, function))

        property_tests.configure(self._sources.values())
        checks = self._job["checks"]
        stages = itertools.groupby(in_stages(checks), lambda index: checks[index].get("runner") == "pytest")
        try:
            for with_pytest, indexes in stages:
                if with_pytest:
                    files = {**self._sources, **self._data}
                    tests = {index: checks[index] for index in indexes}
                    wants_more = run_together(tests, files, self._scratch, on_start, on_end)
                else:
                    wants_more = all(map(alone, indexes))
                if not wants_more:
                    break
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._check = None
        return first

    def _error_of(self, check, module, function):
        """The exception that a check raises, or None."""
        try:
            run_check(check, module, function)
        except ResultWrittenError:
            raise
        except BaseException as error:  # noqa: BLE001 (a program may raise anything)
            return error
        return None

    def _report_before_limit(self, first):
        """Sends a failure in time even if the program hangs in one of the later checks."""

        def short(_number, _frame):
            self._write(*first)
            self._leave()

        left = self._job["limits"]["wallSeconds"] * _COUNTING_SHARE - (time.perf_counter() - self._started)
        signal.signal(signal.SIGALRM, short)
        signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))

    def _leave(self):
        """Ends the work from within a signal handler."""
        os._exit(0)

    def _explain_asserts(self, names, main_path):
        for path in set(names.values()) - {main_path}:
            try:
                self._finder.add_code(
                    path, compile_with_asserts(self._sources[path], path), add_assert_helper
                )
            except SyntaxError:
                # Raised again, at its place, when the check imports the file.
                continue

    def _outcome_of(self, error):
        check = self._failed_check()
        if isinstance(error, (SystemExit, MemoryError)):
            verdict = "memory" if isinstance(error, MemoryError) else "exited_early"
            return verdict, self._explainer.diagnostic(error, check)
        if isinstance(error, InvalidCheckError):
            return "harness_error", self._explainer.diagnostic(error.cause, check)
        if isinstance(error, NeedsPytestError):
            return "import_missing", {
                "type": "ModuleNotFoundError",
                "message": "No module named 'pytest'",
                "frames": [],
            }
        if isinstance(error, CheckFailedError):
            check = {"index": self._check, "source": error.source}
            named = ("actual", "expected", "difference", "sentences")
            known = {name: getattr(error, name) for name in named}
            check.update({name: text for name, text in known.items() if text is not None})
            if error.cause is None:
                kind = "AssertionError" if error.sentences is None else "Rejected"
                message = cleaned("\n".join(notes_of(error)))
                return "failed", {"type": kind, "message": message, "frames": [], "check": check}
            error = error.cause
            if isinstance(error, MemoryError):
                return "memory", self._explainer.diagnostic(error, check)
        diagnostic = self._explainer.diagnostic(error, check)
        owns = self._finder.owns if self._finder is not None else lambda name: False
        if missing_module(error, owns) is not None:
            return "import_missing", diagnostic
        if self._check is None or not isinstance(error, AssertionError):
            return "error", diagnostic
        # An assert of the program itself is an error of the program.
        own = self._explainer.innermost_path(error) == self._job["main"]["path"]
        return ("error" if own else "failed"), diagnostic

    def _failed_check(self):
        if self._check is None:
            return None
        return {"index": self._check, "source": text_of(self._job["checks"][self._check])}

    def _watch_time(self):
        """Reports where the program hangs, a little before the zygote would kill this process."""

        def late(frames):
            diagnostic = {"type": "Timeout", "message": "", "frames": frames}
            check = self._failed_check()
            if check is not None:
                diagnostic["check"] = check
            self._write("timeout", diagnostic)

        self._timeout_watch.start(self._job["limits"]["wallSeconds"], late)

    def _write(self, verdict, diagnostic):
        signal.setitimer(signal.ITIMER_REAL, 0)
        if os.getpid() != self._owner:
            # This is a copy of the process, which the program made; only the original reports.
            os._exit(1)
        result = {
            "verdict": verdict,
            "checksPassed": self._passed,
            "durationMs": round((time.perf_counter() - self._started) * 1000, 3),
            "sealed": self.sealed,
        }
        if diagnostic is not None:
            result["diagnostic"] = diagnostic
        if self._hash is not None:
            result["astHash"] = self._hash
        if len(json.dumps(result)) > channel.LARGEST_REPLY - 1000:
            result.pop("diagnostic", None)
        self._send(result)

    def _send(self, result):
        channel.write(self._pipe, result)


def _has_ended(error):
    """Whether a program that failed a check like this has no more answers."""
    cause = error.cause if isinstance(error, CheckFailedError) else error
    return isinstance(cause, (SystemExit, ProgramEnded))
