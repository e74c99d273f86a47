"""What one judge may run job after job, and what must have a judge of its own."""

import pytest

from leti_runner.judge.simple_checks import are_simple

SIMPLE = [
    "assert f(1) == 2",
    "assert set(f([1, 2])) == {1, 2}",
    "import math\nassert math.isclose(f(1), 0.5, rel_tol=1e-6)",
    "from math import isclose\nassert isclose(f(1), 0.5)",
    "a = [3, 1]\nf(a)\nassert a == [1, 3]",
    "assert sorted(f(1), key=lambda x: -x) == [2, 1]",
    "def check(candidate):\n    for n in range(3):\n        assert candidate(n) == n, f'at {n}'\ncheck(f)",
    "try:\n    f(-1)\nexcept ValueError as e:\n    assert str(e)\nelse:\n    assert False",
]

NOT_SIMPLE = [
    "import random\nrandom.seed(1)\nassert f(1) == 2",
    "from os import environ\nassert f(1) == 2",
    "from . import helper",
    "import math\nmath.pi = 3",
    "assert f.__globals__",
    "assert f.__class__.__base__",
    "__import__('os').abort()",
    "eval('1')",
    "open('x', 'w')",
    "print(f(1))",
    "setattr(f, 'x', 1)",
    "def __build_class__(): pass",
    "class Pair:\n    pass\nassert f(Pair())",
    "global x\nx = 1",
    "with f(1) as y:\n    pass",
    "del f",
    "@f\ndef g(): pass",
    "assert other(1) == 2",
    "async def g(): pass",
    "assert (",
    "x = '\0'; assert \0",
]


@pytest.mark.parametrize("source", SIMPLE)
def test_simple(source):
    assert are_simple("", (source,), "f")


@pytest.mark.parametrize("source", NOT_SIMPLE)
def test_not_simple(source):
    assert not are_simple("", (source,), "f")
    assert not are_simple(source, ("assert f(1) == 2",), "f")
    assert not are_simple("", ("assert f(1) == 2", source), "f")
