"""Finds the functions that the tests of one file call: runs them once under the interpreter's tracing."""

import base64
import contextlib
import json
import os
import sys
import threading

from leti_runner import channel
from leti_runner.folders import write_files
from leti_runner.judge.pytest_checks import pytest_options, settings_for

#: Bounds of the answer.
MOST_TESTS = 3000
MOST_CALLS = 400


def run(suite, scratch):
    """Runs a TestSuite of src/protocol/execution.ts.

    Gives functions by file and first line, and for each test that passed the indexes of those that it ran.
    """
    import pytest

    files = {file["path"]: file["source"] for file in suite["files"]}
    files.update({file["path"]: base64.b64decode(file["base64"]) for file in suite["dataFiles"]})
    write_files(scratch, files)
    os.chdir(scratch)
    sys.path[:0] = [os.path.join(scratch, root) if root else scratch for root in suite["roots"]]
    plugin = _Plugin(scratch)
    options = pytest_options(scratch, settings_for([suite["path"]], files))
    with contextlib.suppress(SystemExit):
        pytest.main([*options, suite["path"]], plugins=[plugin])
    return plugin.found()


class _Plugin:
    """A pytest plugin that records the calls of each test, with those of its fixtures."""

    def __init__(self, scratch):
        self._calls = {}
        self._passed = set()
        self._trace = (_Monitoring if hasattr(sys, "monitoring") else _Profile)(scratch + os.sep)

    def pytest_runtest_logstart(self, nodeid, location):
        self._trace.start(self._calls.setdefault(_name_of(nodeid), set()))

    def pytest_runtest_logfinish(self, nodeid, location):
        self._trace.stop()

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self._passed.add(_name_of(report.nodeid))

    def found(self):
        places = {}
        tests = {}
        for name in sorted(self._passed)[:MOST_TESTS]:
            calls = sorted(self._calls[name])[:MOST_CALLS]
            tests[name] = [places.setdefault(call, len(places)) for call in calls]
        found = {"functions": [list(place) for place in places], "tests": tests}
        return (
            found if len(json.dumps(found)) < channel.LARGEST_REPLY - 1000 else {"functions": [], "tests": {}}
        )


def _name_of(nodeid):
    """`TestX.test_y` for `tests/test_m.py::TestX::test_y[case]`."""
    return ".".join(nodeid.partition("[")[0].split("::")[1:])


class _Profile:
    """Records calls before Python 3.12, with a profile function."""

    def __init__(self, prefix):
        self._prefix, self._calls = prefix, None

    def start(self, calls):
        self._calls = calls
        threading.setprofile(self._called)
        sys.setprofile(self._called)

    def stop(self):
        sys.setprofile(None)
        threading.setprofile(None)

    def _called(self, frame, event, _argument):
        if event == "call" and frame.f_code.co_filename.startswith(self._prefix):
            self._calls.add(_place_of(frame.f_code, self._prefix))


class _Monitoring:
    """Records calls from Python 3.12 on: gets starts only, and one per function of other code."""

    def __init__(self, prefix):
        self._prefix, self._calls = prefix, None
        self._monitoring = sys.monitoring
        self._tool = self._monitoring.PROFILER_ID
        self._monitoring.use_tool_id(self._tool, "leti")
        self._monitoring.register_callback(self._tool, self._monitoring.events.PY_START, self._started)

    def start(self, calls):
        self._calls = calls
        self._monitoring.set_events(self._tool, self._monitoring.events.PY_START)

    def stop(self):
        self._monitoring.set_events(self._tool, 0)

    def _started(self, code, _offset):
        if not code.co_filename.startswith(self._prefix):
            return self._monitoring.DISABLE
        self._calls.add(_place_of(code, self._prefix))
        return None


def _place_of(code, prefix):
    return code.co_filename[len(prefix) :].replace(os.sep, "/"), code.co_firstlineno
