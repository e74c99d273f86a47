"""Wrong bodies that checks have to notice."""

import ast

import pytest

from leti_runner.harvest.mutants import MAX_MUTANTS, answer

MODULE = '''\
LIMIT = 3


class Basket:
    def total(self, prices, limit=2):
        """Add up.

        >>> 1
        """
        # äöü
        total = 0
        for price in prices:
            if price < limit and not price == 3:
                total += price * 2
            elif price > 10:
                break
        self.label = "ö" + str(total)
        return total if total else -1


def identity(x):
\treturn x


def always():
    return True


def several(x):
    yield x
    yield x + 1


async def later(x):
    if x in (1, 2):
        raise ValueError(f"no {x + 1}")
    return [x, "a"]
'''


def body_of(name):
    tree = ast.parse(MODULE)
    function = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name
    )
    # A body begins behind its docstring, with the comments there.
    first = {"total": 10}.get(name, function.body[0].lineno)
    return first, function.end_lineno


def wrong(name):
    first, last = body_of(name)
    [found] = answer({"modules": {"m.py": MODULE}, "bodies": [["m.py", first, last]]})
    lines = MODULE.split("\n")
    return found, "\n".join(lines[first - 1 : last]), ("\n".join(lines[: first - 1]), "\n".join(lines[last:]))


@pytest.mark.parametrize("name", ["total", "identity", "always", "several", "later"])
def test_every_body_is_python_and_none_is_the_right_one(name):
    found, body, (before, after) = wrong(name)
    right = ast.dump(ast.parse(MODULE))
    bodies = found["constants"] + found["mutants"]
    assert len(set(bodies)) == len(bodies)
    for other in bodies:
        tree = ast.parse(f"{before}\n{other}\n{after}")
        assert ast.dump(tree) != right
    assert len(found["mutants"]) <= MAX_MUTANTS


def test_a_change_leaves_the_rest_as_it_is():
    found, body, _ = wrong("total")
    for mutant in found["mutants"]:
        changed = [(a, b) for a, b in zip(body.split("\n"), mutant.split("\n"), strict=True) if a != b]
        assert len(changed) == 1, mutant


def test_changes_are_of_all_kinds():
    found, _, _ = wrong("total")
    text = "\n".join(found["mutants"])
    for part in [
        "total = (1)",
        "price <= limit",
        "or not price == 3",
        "(price + 2)",
        "(not (total))",
        "  pass\n",
    ]:
        assert part in text, part


def test_constants_are_what_the_body_gives_and_common_values():
    assert wrong("total")[0]["constants"] == [
        f"        return {value}" for value in ["True", "False", "0", "''", "prices"]
    ]
    # Its argument is what it gives, so that is no wrong body.
    assert wrong("identity")[0]["constants"] == [
        f"\treturn {value}" for value in ["True", "False", "0", "''", "[]"]
    ]
    assert "    return True" not in wrong("always")[0]["constants"]
    assert wrong("several")[0]["constants"] == ["    return\n    yield"]


def test_strings_that_only_explain_stay():
    source = (
        'def f(x):\n    "what it does"\n    def g():\n        "inner"\n        return 1\n    return g() + x\n'
    )
    [found] = answer({"modules": {"m.py": source}, "bodies": [["m.py", 3, 6]]})
    assert all('"inner"' in mutant for mutant in found["mutants"])


def test_a_place_that_is_no_function_has_none():
    found = answer({"modules": {"m.py": "x = 1\n"}, "bodies": [["m.py", 1, 1]]})
    assert found == [{"constants": [], "mutants": []}]
