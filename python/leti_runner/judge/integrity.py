"""Notices whether a program in the process of its checks has changed the tools of judging.

It looks at builtins, unittest, doctest, pytest, imports and the runner itself. It cannot notice every change,
so verdicts from the program's own process are marked as not sealed.
"""

import builtins
import doctest
import importlib
import sys
import types
import unittest

from leti_runner.judge import checks

_PYTEST = (
    "pytest", "_pytest.runner", "_pytest.python", "_pytest.main", "_pytest.config", "_pytest.fixtures",
    "_pytest.assertion", "_pytest.assertion.rewrite", "_pytest.assertion.util", "_pytest.raises",
    "_pytest.python_api", "_pytest.nodes", "_pytest.monkeypatch", "_pytest.skipping", "_pytest.outcomes",
    "_pytest.mark.structures", "pluggy._hooks", "pluggy._callers", "pluggy._manager",
)  # fmt: skip
_UNITTEST = ("unittest", "unittest.case", "unittest.loader", "unittest.suite", "unittest.result")
_MAY_CHANGE = {"_"}
"""`builtins._` is where an interactive interpreter and gettext put things."""


class Watch:
    """Remembers the tools before a program is loaded.

    `changed()` names a tool that differs, or gives None.
    """

    def __init__(self, with_pytest):
        checks.explain_assert_equal()
        own = [module for name, module in sys.modules.items() if name.startswith("leti_runner")]
        others = [doctest, importlib, importlib._bootstrap, importlib._bootstrap_external]
        others += map(_module, (*_UNITTEST, *(_PYTEST if with_pytest else ())))
        owners = [builtins]
        for module in [*own, *others]:
            owners += [] if module is None else [module, *_classes_of(module)]
        before = [(owner, {name: _parts(value) for name, value in vars(owner).items()}) for owner in owners]
        # A new name in a module of the runner would hide a builtin of that name.
        closed = [(module, frozenset(vars(module))) for module in own]
        # Copies that no module names, so that a program cannot change the code that looks.
        look, parts, harmless = _copy(_look), _copy(_parts), _copy(_is_harmless)
        self.changed = lambda: look(before, closed, parts, harmless)


def _look(before, closed, parts, harmless):
    if sys.gettrace() is not None or sys.getprofile() is not None:
        return "a trace function is set"
    for owner, known in before:
        now = vars(owner)
        for name, value in known.items():
            if name in _MAY_CHANGE or harmless(owner, name, now.get(name)):
                continue
            found = parts(now.get(name))
            if len(found) != len(value) or not all(one is other for one, other in zip(found, value)):
                return f"{owner.__name__}.{name} was changed"
    for module, names in closed:
        new = vars(module).keys() - names
        # Where a warning was given while a function of this module ran, such as about an unclosed file.
        if new - {"__warningregistry__"} or type(vars(module).get("__warningregistry__", {})) is not dict:
            return f"{module.__name__} has got new names"
    return None


def _is_harmless(owner, name, value):
    """Whether tests leave this behind, and it decides no verdict."""
    if owner is doctest and name == "master":
        # `doctest.testmod` puts its runner there. Its methods must be the library's.
        return type(value) is doctest.DocTestRunner and not vars(value).keys() & vars(type(value)).keys()
    # How much a failed test says.
    if owner is unittest.TestCase:
        return (name == "maxDiff" and type(value) in (int, type(None))) or (
            name == "longMessage" and type(value) is bool
        )
    return False


def _parts(value):
    """A value; for a function also its code and defaults. They are compared by identity."""
    function = value.__func__ if type(value) in (classmethod, staticmethod) else value
    if type(function) is not type(_parts):
        return (value,)
    return value, function.__code__, function.__defaults__, function.__kwdefaults__


def _copy(function):
    """The function with builtins and globals of its own."""
    names = {**globals(), "__builtins__": dict(vars(builtins))}
    return types.FunctionType(function.__code__, names)


def _classes_of(module):
    top = module.__name__.partition(".")[0]
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__.partition(".")[0] == top
    ]


def _module(name):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
