"""Whether a program that ran in the process of its checks left the tools of judging as they were.

Notices what is done to builtins, unittest, doctest, pytest and the runner itself. It cannot notice all there
is: verdicts found beside the program stay marked as such.
"""

import builtins
import doctest
import importlib
import sys
import unittest

from leti_runner import asserts, channel, checks, values

_PYTEST = ("_pytest.runner", "_pytest.python", "_pytest.main", "_pytest.assertion.rewrite", "_pytest.raises")
_NEVER_MIND = {"_"}
"""`builtins._` is where an interactive interpreter and gettext put things."""


class Watch:
    """Remembers the tools before a program is loaded."""

    def __init__(self, with_pytest):
        checks.explain_assert_equal()
        owners = [builtins, asserts, channel, checks, values, doctest.DocTestRunner, doctest.OutputChecker]
        owners += [unittest.TestCase, unittest.TestLoader, unittest.TestSuite, unittest.case._Outcome]
        owners += (
            [] if not with_pytest else [module for module in map(_module, _PYTEST) if module is not None]
        )
        self._before = [(owner, dict(vars(owner))) for owner in owners]

    def changed(self):
        """What is not as it was, or None."""
        if sys.gettrace() is not None or sys.getprofile() is not None:
            return "a trace function is set"
        for owner, before in self._before:
            now = vars(owner)
            for name, value in before.items():
                if now.get(name) is not value and name not in _NEVER_MIND:
                    return f"{owner.__name__}.{name} was changed"
        return None


def _module(name):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
