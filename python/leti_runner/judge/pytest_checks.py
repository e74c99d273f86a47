"""Checks that pytest itself runs: all of a job in one session, on copies of its files in the scratch."""

import ast
import contextlib
import io
import os

from leti_runner.folders import write_files
from leti_runner.judge.checks import CheckFailedError
from leti_runner.program.diagnostics import notes_of
from leti_runner.program.values import cleaned, difference, shown

SETTINGS = "pytest.ini"
"""What the workspace sets for pytest, where the job brings it along."""


class NeedsPytestError(Exception):
    """A check needs pytest and the interpreter has none."""


def run_together(checks, files, scratch, started, ended):
    """Runs tests, each a Check of src/protocol/task.ts, as if each had been asked for alone.

    `checks` by their indexes, `files`: all of the job's by path. `started(index)` is called before a check,
    `ended(index, error)` after it; that says whether to go on, and so does what is returned.
    """
    try:
        import pytest
    except ModuleNotFoundError:
        for index in checks:
            started(index)
            if not ended(index, NeedsPytestError()):
                return False
        return True
    write_files(scratch, files)
    os.chdir(scratch)
    options = pytest_options(scratch, SETTINGS in files)
    left = dict(checks)
    together = True
    while left:
        # A name that pytest does not find stops the others too: what it said nothing of runs alone.
        asked = left if together else dict(list(left.items())[:1])
        session = _Session(asked, started, ended)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            pytest.main([*options, *session.nodes], plugins=[session])
        if len(asked) == 1:
            session.conclude()
        if not session.goes_on:
            return False
        together = bool(session.told)
        left = {index: check for index, check in left.items() if index not in session.told}
    return True


def pytest_options(scratch, with_settings):
    """How pytest runs tests in the scratch folder, under the settings that the job brings if it does."""
    return [
        "-p",
        "no:cacheprovider",
        "--rootdir",
        scratch,
        # Otherwise pytest looks into the folders above, which the sandbox closes.
        "--confcutdir",
        scratch,
        "-c",
        os.path.join(scratch, SETTINGS) if with_settings else os.devnull,
        "--import-mode=prepend",
        "-q",
    ]


class _Session:
    """A pytest plugin: of each check the first exception, or that a test of it has passed."""

    def __init__(self, checks, started, ended):
        self._started, self._ended = started, ended
        self._names = {index: check["name"] for index, check in checks.items()}
        self._indexes = {_node(check): index for index, check in checks.items()}
        self.nodes = list(self._indexes)
        self.told = set()
        """The checks of which `ended` has been told."""
        self.goes_on = True
        self._left = {}
        """How many tests of a check are still to run, by its index."""
        self._errors = {}
        self._passed = set()
        self._session = None
        self._current = None
        self._compared = None

    def conclude(self):
        """Tells of checks of which pytest has said nothing."""
        for index in self._names.keys() - self.told:
            self._started(index)
            self._tell(index)

    def pytest_collection_finish(self, session):
        self._session = session
        for item in session.items:
            index = self._index_of(item.nodeid)
            if index is not None:
                self._left[index] = self._left.get(index, 0) + 1

    def pytest_runtest_logstart(self, nodeid, location):
        self._current, self._compared = self._index_of(nodeid), None
        if self._current is not None:
            self._started(self._current)

    def pytest_runtest_logfinish(self, nodeid, location):
        index, self._current = self._current, None
        if index is not None:
            self._left[index] -= 1
            if self._left[index] == 0:
                self._tell(index)

    def pytest_assertrepr_compare(self, op, left, right):
        # The last comparison that did not hold; gives nothing, so that pytest explains it as ever.
        self._compared = (op, left, right)

    def pytest_runtest_makereport(self, item, call):
        if self._current is None:
            return
        if call.excinfo is not None:
            if self._current not in self._errors:
                self._errors[self._current] = self._with_values(call.excinfo)
        elif call.when == "call":
            self._passed.add(self._current)

    def pytest_collectreport(self, report):
        """A file or a class that cannot be collected fails the checks within."""
        if not report.failed:
            return
        for node, index in self._indexes.items():
            within = report.nodeid == "" or node == report.nodeid or node.startswith(report.nodeid + "::")
            if within and index not in self.told and self.goes_on:
                self._errors.setdefault(index, CheckFailedError(cleaned(str(report.longrepr))))
                self._started(index)
                self._tell(index)

    def _tell(self, index):
        error = self._errors.get(index)
        if error is None and index not in self._passed:
            error = CheckFailedError(f"{self._names[index]} was not run")
        self.told.add(index)
        self.goes_on = self._ended(index, error)
        if not self.goes_on and self._session is not None:
            self._session.shouldstop = "enough is known"

    def _index_of(self, nodeid):
        """The check that a test belongs to, which may be one of its cases."""
        index = self._indexes.get(nodeid)
        return index if index is not None else self._indexes.get(nodeid.partition("[")[0])

    def _with_values(self, excinfo):
        """The exception, with what an assert compared where the line that failed is that assert alone."""
        error, failed = excinfo.value, excinfo.traceback[-1]
        source = " ".join(str(failed.statement).split())
        if type(error) is not AssertionError or self._compared is None or " == " not in source:
            return error
        operator, left, right = self._compared
        if operator != "==" or not source.startswith("assert ") or _joins(source):
            return error
        failed = CheckFailedError(source, shown(left), shown(right), parting=difference(left, right))
        failed.__notes__ = notes_of(error)
        return failed


def _node(check):
    return check["path"] + "::" + check["name"].replace(".", "::")


def _joins(source):
    """Whether an assert holds more than one comparison, so that the last one may not be what failed."""
    try:
        test = ast.parse(source).body[0].test
    except (SyntaxError, AttributeError, IndexError):
        return True
    return not isinstance(test, ast.Compare) or len(test.ops) > 1
