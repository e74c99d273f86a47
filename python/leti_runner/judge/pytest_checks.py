"""Runs the checks that need pytest: all of a job in one session, on copies of its files."""

import ast
import contextlib
import io
import os

from leti_runner.folders import write_files
from leti_runner.judge import plugins
from leti_runner.judge.checks import CheckFailedError
from leti_runner.program.diagnostics import notes_of
from leti_runner.program.values import cleaned, first_difference, shown

SETTINGS = "pytest.ini"
"""The workspace's settings for pytest, if the job brings them."""


class NeedsPytestError(Exception):
    """A check needs pytest and the interpreter has none."""


def run_together(checks, files, scratch, on_start, on_end):
    """Runs tests, each a Check of src/protocol/task.ts, as if each had been asked for alone.

    `checks` by their indexes, `files`: all of the job's by path. `on_start(index)` is called before a check
    and `on_end(index, error)` after it. `on_end` returns False to stop; this function then returns False too.
    """
    try:
        import pytest
    except ModuleNotFoundError:
        for index in checks:
            on_start(index)
            if not on_end(index, NeedsPytestError()):
                return False
        return True
    write_files(scratch, files)
    os.chdir(scratch)
    paths = [check["path"] for check in checks.values()]
    options = pytest_options(scratch, settings_for(paths, files))
    left = dict(checks)
    together = True
    while left:
        # A name that pytest does not find stops the others too: checks without a report run alone.
        asked = left if together else dict(list(left.items())[:1])
        session = _Session(asked, on_start, on_end)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            pytest.main([*options, *session.nodes], plugins=[session])
        if len(asked) == 1:
            session.conclude()
        if not session.wants_more:
            return False
        together = bool(session.reported)
        left = {index: check for index, check in left.items() if index not in session.reported}
    return True


def settings_for(paths, files):
    """The settings file that is nearest to the first of the tests; None if the job brings none."""
    folder = os.path.dirname(paths[0])
    while True:
        found = f"{folder}/{SETTINGS}" if folder else SETTINGS
        if found in files:
            return found
        if not folder:
            return None
        folder = os.path.dirname(folder)


def pytest_options(scratch, settings):
    """How pytest runs tests in the scratch folder, under the settings file that the job brings, if any."""
    return [
        *plugins.options(),
        "-p",
        "no:cacheprovider",
        "--rootdir",
        scratch,
        # Otherwise pytest looks into the folders above, which the sandbox closes.
        "--confcutdir",
        scratch,
        "-c",
        os.devnull if settings is None else os.path.join(scratch, settings),
        "--import-mode=prepend",
        "-q",
    ]


class _Session:
    """A pytest plugin: collects for each check its first exception, or that a test of it has passed."""

    def __init__(self, checks, on_start, on_end):
        self._on_start, self._on_end = on_start, on_end
        self._names = {index: check["name"] for index, check in checks.items()}
        self._indexes = {_node(check): index for index, check in checks.items()}
        self.nodes = list(self._indexes)
        self.reported = set()
        """The checks that `on_end` has been called for."""
        self.wants_more = True
        self._left = {}
        """How many tests of a check are still to run, by its index."""
        self._errors = {}
        self._passed = set()
        self._session = None
        self._current = None
        self._compared = None

    def conclude(self):
        """Reports the checks for which pytest has reported nothing."""
        for index in self._names.keys() - self.reported:
            self._on_start(index)
            self._report(index)

    def pytest_collection_finish(self, session):
        self._session = session
        for item in session.items:
            index = self._index_of(item.nodeid)
            if index is not None:
                self._left[index] = self._left.get(index, 0) + 1

    def pytest_runtest_logstart(self, nodeid, location):
        self._current, self._compared = self._index_of(nodeid), None
        if self._current is not None:
            self._on_start(self._current)

    def pytest_runtest_logfinish(self, nodeid, location):
        index, self._current = self._current, None
        if index is not None:
            self._left[index] -= 1
            if self._left[index] == 0:
                self._report(index)

    def pytest_assertrepr_compare(self, op, left, right):
        # Keeps the last comparison that did not hold. Without a return value pytest explains it as usual.
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
            if within and index not in self.reported and self.wants_more:
                self._errors.setdefault(index, CheckFailedError(cleaned(str(report.longrepr))))
                self._on_start(index)
                self._report(index)

    def _report(self, index):
        error = self._errors.get(index)
        if error is None and index not in self._passed:
            error = CheckFailedError(f"{self._names[index]} was not run")
        self.reported.add(index)
        self.wants_more = self._on_end(index, error)
        if not self.wants_more and self._session is not None:
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
        failed = CheckFailedError(source, shown(left), shown(right), difference=first_difference(left, right))
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
