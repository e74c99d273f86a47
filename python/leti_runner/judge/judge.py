"""Sealed verdicts: the checks run here, and the program runs in another process that never sees them.

The program gets calls and answers with plain data, which trusted code compares here. So a program can pass
only by right answers: it holds no check, no expected value and no way to the verdict.

Checks that cannot be kept apart run in the program's process; the judge then validates the result of that
process.
"""

import builtins
import importlib
import os
import symtable
import sys

from leti_runner import channel
from leti_runner.judge.asserts import add_assert_helper
from leti_runner.judge.checking import CheckingProcess
from leti_runner.judge.checks import CheckFailedError, InvalidCheckError
from leti_runner.judge.remote import (
    ProgramEnded,
    RemoteFunction,
    UnsealableError,
    call_from_stub,
    checked_hash,
    checked_result,
)
from leti_runner.program import memory_modules

STUB_CALL = "__leti_call__"


class Judge(CheckingProcess):
    """Runs a job's checks against a program in another process. Raises UnsealableError when a check turns out
    to need the program's own objects."""

    def __init__(self, job, scratch, result_pipe, requests, replies):
        tests = {check["path"] for check in job["checks"] if check["kind"] == "test"}
        self._shared = [file for file in job["files"] if file["path"] not in tests]
        """Files that the program may have.

        The files of checks are not among them: they hold the right answers.
        """
        own = [file for file in job["files"] if file["path"] in tests]
        self._own = [*own, *job.get("testFiles", ())]
        super().__init__({**job, "files": [*self._shared, *self._own]}, scratch, result_pipe)
        self._requests = requests
        self._remote = RemoteFunction(job["entry"].rpartition(".")[2], requests, replies)

    sealed = True

    def _watch_time(self):
        """Does nothing: the program's process reports its running line; the zygote ends both processes."""

    def _verdict(self):
        self._require_own_copy()
        channel.write(self._requests, {"inProcess": False, **self._program_part()})
        self._hash = checked_hash(self._remote.answer().get("hash"))
        module = self._trusted_module()
        self._run_setup(self._job["setup"], module)
        return self._run_checks(module, self._remote) or ("passed", None)

    def _send(self, result):
        """Sends the result in two parts; the zygote reads only the first (result_relay.py)."""
        quoting = ("diagnostic", "astHash")
        channel.write(self._pipe, {**{k: v for k, v in result.items() if k not in quoting}, "rest": True})
        channel.write(self._pipe, {k: v for k, v in result.items() if k in quoting})

    def run_in_process(self):
        """Lets the program's process run the checks.

        Its result counts only with the secret that came with them.
        """
        self.sealed = False
        try:
            verdict, diagnostic = self._in_process_verdict()
        except InvalidCheckError as error:
            verdict, diagnostic = self._outcome_of(error)
        except (ProgramEnded, BrokenPipeError) as error:
            verdict, diagnostic = getattr(error, "verdict", "gone"), getattr(error, "diagnostic", None)
        self._write(verdict, diagnostic)

    def _require_own_copy(self):
        """Raises where a module of the program's name is loaded already, in each process that would run it.

        Programs could call the very function that they have to write.
        """
        top = self._job["main"]["module"].partition(".")[0]
        if top in sys.modules:
            raise InvalidCheckError(ImportError(f"Python, pytest or a plugin has loaded another {top}"))

    def _in_process_verdict(self):
        self._require_own_copy()
        checks, secret = self._job["checks"], os.urandom(16).hex()
        channel.write(
            self._requests,
            {
                "inProcess": True,
                "pytest": any(check.get("runner") == "pytest" for check in checks),
                **self._program_part(),
            },
        )
        answer = self._remote.answer()
        loaded = "loaded" in answer
        if loaded:
            rest = {"secret": secret, "checks": checks, "files": self._own, "setup": self._job["setup"]}
            rest["data"] = self._job.get("dataFiles", ())
            channel.write(self._requests, rest)
            answer = self._remote.answer()
        found = checked_result(answer.get("result"))
        ours = found is not None and found["verdict"] in ("passed", "failed", "harness_error")
        forged = answer.get("secret") != secret if loaded else ours
        if found is None or forged or (found["verdict"] == "passed" and found["passed"] != len(checks)):
            return "tampered", None
        self._passed, self._hash = min(found["passed"], len(checks)), found["hash"]
        return found["verdict"], found["diagnostic"]

    def _program_part(self):
        """The job as the program may know it."""
        main = self._job["main"]
        return {
            "main": {key: main[key] for key in ("module", "path", "source")},
            "files": self._shared,
            "roots": self._job.get("roots", []),
            "entry": self._job["entry"],
            "limits": self._job["limits"],
            "stopAtFirst": self._job.get("stopAtFirst", False),
        }

    def _trusted_module(self):
        """The module for checks: the workspace's with a stub for the body, or only the function's name."""
        main = self._job["main"]
        if "stub" not in main:
            module = type(builtins)("program")
            module.__dict__[self._job["entry"]] = self._remote
            add_assert_helper(module.__dict__)
            return module
        self._sources[main["path"]] = main["stub"]
        names = {check["module"]: check["path"] for check in self._job["checks"] if check["kind"] == "test"}
        names[main["module"]] = main["path"]
        self._finder = memory_modules.install_finder(self._sources, names, self._job.get("roots", ()))
        code = compile(main["stub"], main["path"], "exec", dont_inherit=True)
        self._finder.add_code(main["path"], code, self._give_call)
        self._explain_asserts(names, main["path"])
        module = importlib.import_module(main["module"])
        self._remote.exception_types = module.__dict__
        return module

    def _give_call(self, namespace):
        namespace[STUB_CALL] = call_from_stub(self._remote)

    def _outcome_of(self, error):
        verdict, diagnostic = self._outcome_without_call(error)
        check = None if diagnostic is None else diagnostic.get("check")
        call = None if check is None else self._remote.last_call()
        # A check whose source shows the call needs no second copy of it.
        if call is not None and "".join(call.split()) not in "".join(check["source"].split()):
            check["call"] = call
        return verdict, diagnostic

    def _outcome_without_call(self, error):
        if isinstance(error, CheckFailedError) and error.cause is not None:
            check = self._failed_check()
            check["source"] = error.source
            error = error.cause
        else:
            check = None
        if isinstance(error, UnsealableError):
            raise error
        check = check or self._failed_check()
        if isinstance(error, ProgramEnded):
            verdict, diagnostic = error.verdict, error.diagnostic
        elif hasattr(error, "leti_verdict"):
            verdict, diagnostic = error.leti_verdict, error.leti_diagnostic
        else:
            return super()._outcome_of(error)
        if diagnostic is not None and check is not None:
            diagnostic = {**diagnostic, "check": check}
        return verdict, diagnostic


def sealable(job):
    """Whether a job's checks can be kept apart from its program, by what the job itself says."""
    if job["seal"] == "never" or "." in job["entry"] or job.get("dataFiles"):
        return False
    if any(check["kind"] == "test" and check["runner"] == "pytest" for check in job["checks"]):
        return False
    if "stub" in job["main"]:
        try:
            compile(job["main"]["stub"], job["main"]["path"], "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
        return True
    if any(check["kind"] not in ("statements", "io", "verifier") for check in job["checks"]):
        return False
    statements = [check["source"] for check in job["checks"] if check["kind"] == "statements"]
    source = "\n".join([job["setup"], *statements])
    try:
        return _free_names(source) <= {job["entry"]}
    except SyntaxError:
        return False


def _free_names(source):
    """Names that a source uses and neither makes itself nor finds among the builtins."""
    top = symtable.symtable(source, "<check>", "exec")
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    used = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (table is top or symbol.is_global())
        }
    return used - own - set(dir(builtins))
