"""Finds the doctests that run a function: its own, and those of its module, its class or another function."""

import ast
import doctest
from functools import cache
from typing import Any, NamedTuple

from leti_runner.harvest.functions import Hole
from leti_runner.harvest.modules import Code, Module

#: Most docstrings of others per function.
MOST_OTHERS = 6
DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Docstring(NamedTuple):
    #: Dotted inside the module; empty for the module's own.
    name: str
    #: Names and attributes that its examples read.
    words: frozenset[str]


class Doctests:
    """The docstrings with examples of each module, looked at once."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._found: dict[str, list[Docstring]] = {}

    def of(self, hole: Hole) -> list[dict[str, Any]]:
        """A function's checks: its own doctest first, then those whose examples name it."""
        module = self._code.modules[hole.path]
        if hole.path not in self._found:
            self._found[hole.path] = list(docstrings_of(module))
        own = hole.name.split(".")
        others = [
            found
            for found in self._found[hole.path]
            if found.name != hole.name
            and own[-1] in found.words
            and (len(own) == 1 or not found.name.startswith("_"))
        ]
        names = [found.name for found in self._found[hole.path] if found.name == hole.name]
        names += [found.name for found in others[:MOST_OTHERS]]
        flags = module.settings.doctest_flags
        return [{"kind": "doctest", "name": name, **({"flags": flags} if flags else {})} for name in names]


def docstrings_of(module: Module) -> "list[Docstring]":
    found = []
    pending: list[tuple[str, ast.AST]] = [("", module.tree)]
    while pending:
        name, node = pending.pop(0)
        text = ast.get_docstring(node, clean=False) if isinstance(node, (ast.Module, *DOCUMENTED)) else None
        if text is not None and ">>>" in text:
            found.append(Docstring(name, words_of(text)))
        if isinstance(node, (ast.Module, ast.ClassDef)):
            for child in node.body:
                if isinstance(child, DOCUMENTED):
                    pending.append((f"{name}.{child.name}" if name else child.name, child))
    return found


@cache
def words_of(text: str) -> "frozenset[str]":
    """The names and attributes in the examples of a docstring; none where they cannot be read."""
    words: set[str] = set()
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return frozenset()
    for example in examples:
        try:
            tree = ast.parse(example.source)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                words.add(node.id)
            elif isinstance(node, ast.Attribute):
                words.add(node.attr)
    return frozenset(words)
