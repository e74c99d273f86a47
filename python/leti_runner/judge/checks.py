"""Runs each kind of check. A check that does not hold raises."""

import ast
import doctest
import functools
import importlib
import itertools
import json
import operator
import unittest

from leti_runner.judge.asserts import add_assert_helper, compile_with_asserts
from leti_runner.judge.remote import RemoteFunction
from leti_runner.program.diagnostics import ExplainedAssertionError
from leti_runner.program.program import printed_for_input
from leti_runner.program.values import cleaned, first_difference, shown


class CheckFailedError(Exception):
    """A check did not hold, with the actual and the expected value as texts.

    `cause` is an exception that stopped it.
    """

    def __init__(self, source, actual=None, expected=None, cause=None, difference=None, sentences=None):
        super().__init__(source)
        self.source, self.actual, self.expected, self.cause = source, actual, expected, cause
        self.difference, self.sentences = difference, sentences


class Skipped(Exception):
    """A check that was not run because its test says so; the message is its reason."""


class InvalidCheckError(Exception):
    """A check is broken, which is no fault of the program; `cause` says how."""

    def __init__(self, cause):
        super().__init__(str(cause))
        self.cause = cause


def in_stages(checks):
    """Indexes of checks in the order in which they run: the shortest first, then the others as they stand.

    The first failure becomes feedback, and the shortest check explains it best. Checks that could leave names
    for later ones, and tests in files, all keep their places.
    """
    order = list(range(len(checks)))
    if len(order) > 1 and all(map(_stands_alone, checks)):
        shortest = min(order, key=lambda index: len(json.dumps(checks[index])))
        order.remove(shortest)
        order.insert(0, shortest)
    return order


def _stands_alone(check):
    if check["kind"] != "statements":
        return check["kind"] in ("io", "verifier")
    try:
        tree = ast.parse(check["source"])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    bound = any(isinstance(node, ast.NamedExpr) for node in ast.walk(tree))
    return not bound and all(isinstance(statement, ast.Assert) for statement in tree.body)


def run_check(check, main, function):
    """Runs one Check of src/protocol/task.ts, other than pytest's, which raises if it does not hold.

    `main` is the program's module, `function` the one that the task asks for.
    """
    kind = check["kind"]
    if kind == "statements":
        _run_statements(check["source"], main)
    elif kind == "doctest":
        _run_doctest(check["name"], check.get("flags", ()), main)
    elif kind == "io":
        _run_io(check, function)
    elif kind == "verifier":
        _run_verifier(check, function)
    elif check["runner"] == "unittest":
        _run_unittest(check)
    else:
        _run_plain(check)


def text_of(check):
    """A check as people read it before it has run."""
    if check["kind"] == "statements":
        return " ".join(check["source"].split())[:300]
    if check["kind"] == "io":
        return f"printed for the input {shown(check['stdin'], 200)}"
    if check["kind"] == "verifier":
        return check["call"]
    return f"doctest of {check['name'] or 'the module'}" if check["kind"] == "doctest" else check["name"]


def _run_statements(source, main):
    try:
        code = compile_with_asserts(source, "<check>")
    except (SyntaxError, ValueError) as error:
        raise InvalidCheckError(error) from error
    add_assert_helper(main.__dict__)
    exec(code, main.__dict__)


def _run_io(check, function):
    """Calls the function with an input and compares what it prints, but for blanks at the ends of lines."""
    stdin = check["stdin"]
    remote = isinstance(function, RemoteFunction)
    printed = _lines(function.printed_for_input(stdin) if remote else printed_for_input(function, stdin))
    wanted = _lines(check["stdout"])
    if printed != wanted:
        difference = first_difference("\n".join(printed), "\n".join(wanted))
        actual, expected = shown("\n".join(printed)), shown("\n".join(wanted))
        raise CheckFailedError(text_of(check), actual, expected, difference=difference)


def _lines(text):
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _run_verifier(check, function):
    """Hands what a call gives to the task's own `verify`, which answers with sentences of what is wrong."""
    if not isinstance(function, RemoteFunction):
        raise InvalidCheckError(TypeError("a verifier judges a function apart from its program"))
    namespace = {"__name__": "verifier"}
    try:
        exec(compile(check["source"], "<verifier>", "exec", dont_inherit=True), namespace)
        call = compile(check["call"], "<check>", "eval", dont_inherit=True)
    except Exception as error:
        raise InvalidCheckError(error) from error
    value = eval(call, {function.__name__: function})
    try:
        sentences = namespace["verify"](value)
        sentences = [cleaned(sentence) for sentence in sentences][:20]
    except Exception as error:
        raise InvalidCheckError(error) from error
    if sentences:
        raise CheckFailedError(check["call"], shown(value), sentences=sentences)


def _run_plain(check):
    module = importlib.import_module(check["module"])
    function = module
    for part in check["name"].split("."):
        function = function() if isinstance(function, type) else function
        function = getattr(function, part)
    for arguments in _parameters(function):
        function(**arguments)


def _parameters(function):
    """Keyword arguments of each parametrised case; one empty case for a plain function."""
    marks = [
        mark for mark in getattr(function, "pytestmark", []) if getattr(mark, "name", "") == "parametrize"
    ]
    axes = []
    for mark in reversed(marks):
        names, values = mark.args[0], mark.args[1]
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        axes.append([_case(names, value) for value in values])
    for combination in itertools.product(*axes):
        yield {name: value for case in combination for name, value in case.items()}


def _case(names, value):
    # pytest.param carries its values and its own marks.
    value = getattr(value, "values", value) if type(value).__name__ == "ParameterSet" else value
    if len(names) > 1:
        return dict(zip(names, value))
    return {names[0]: value[0] if type(value) is tuple and hasattr(value, "_fields") else value}


class _Result(unittest.TestResult):
    """Keeps the first exception itself instead of its text."""

    error = None

    def addError(self, test, err):
        self._keep(err)

    def addFailure(self, test, err):
        self._keep(err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._keep(err)

    def _keep(self, err):
        if self.error is None:
            self.error = err[1]


def _run_unittest(check):
    module = importlib.import_module(check["module"])
    explain_assert_equal()
    suite = unittest.defaultTestLoader.loadTestsFromName(check["name"], module)
    result = _Result()
    suite.run(result)
    if result.error is not None:
        raise result.error
    if result.skipped:
        raise Skipped(result.skipped[0][1])
    if result.testsRun == 0:
        raise CheckFailedError(f"{check['name']} was not run")


def explain_assert_equal():
    """Lets unittest's assertEqual say what it compared."""
    original = unittest.TestCase.assertEqual
    if getattr(original, "leti", False):
        return

    def assert_equal(self, first, second, msg=None):
        try:
            original(self, first, second, msg)
        except self.failureException as failure:
            error = ExplainedAssertionError(str(failure) if msg is not None else "")
            error.check_source = f"assertEqual in {self._testMethodName}"
            error.actual, error.expected = shown(first), shown(second)
            error.difference = first_difference(first, second)
            raise error.with_traceback(failure.__traceback__) from None

    assert_equal.leti = True
    unittest.TestCase.assertEqual = assert_equal


def _run_doctest(name, flags, main):
    """Runs the doctests of a function or class, or of the module itself if the name is empty."""
    target = main
    for part in name.split(".") if name else ():
        target = getattr(target, part)
    runner = _DocTestRunner(_checker(flags), verbose=False, optionflags=_flags(flags))
    finder = doctest.DocTestFinder(recurse=False)
    tests = finder.find(target, name or main.__name__, module=False, globs=dict(main.__dict__))
    examples = 0
    for test in tests:
        examples += len(test.examples)
        runner.run(test, out=lambda text: None, clear_globs=False)
    if examples == 0:
        raise CheckFailedError(f"{name} has no doctest examples")


_PYTEST_FLAGS = ("ALLOW_UNICODE", "ALLOW_BYTES", "NUMBER")
"""Flags of doctests that pytest adds."""


def _flags(names):
    """The flags by their names; unknown ones count as none."""
    for name in _PYTEST_FLAGS:
        # An example may name them itself.
        doctest.register_optionflag(name)
    known = (doctest.OPTIONFLAGS_BY_NAME.get(name, 0) for name in names)
    return functools.reduce(operator.or_, known, 0)


def _checker(flags):
    """What compares outputs: pytest's own where one of its flags is set and it is installed."""
    if not set(flags) & set(_PYTEST_FLAGS):
        return None
    try:
        return importlib.import_module("_pytest.doctest")._get_checker()
    except (ImportError, AttributeError):
        return None


class _DocTestRunner(doctest.DocTestRunner):
    """Stops at the first example that fails and says what it gave."""

    def report_failure(self, out, test, example, got):
        got, want = got.strip(), example.want.strip()
        raise CheckFailedError(
            example.source.strip(), cleaned(got), cleaned(want), difference=first_difference(got, want)
        )

    def report_unexpected_exception(self, out, test, example, exc_info):
        want = cleaned(example.want.strip()) if example.want else None
        raise CheckFailedError(example.source.strip(), None, want, exc_info[1])
