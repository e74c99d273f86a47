"""Which lines of a test file are tests that nothing else in it needs.

A task brings its test files along with each program, and pytest rewrites them each time; most of a long
file is tests of other functions.
"""

import ast
from collections.abc import Iterator
from typing import Optional

from leti_runner.harvest.modules import Code, Module


class UnusedTests:
    """Finds these lines; looks at each file once."""

    def __init__(self, workspace: Code) -> None:
        self._workspace = workspace
        self._tests: dict[str, list[tuple[str, int, int]]] = {}
        self._imported: dict[str, set[Optional[str]]] = {}

    def lines(self, path: str, wanted: set[str], files: set[str]) -> list[tuple[int, int]]:
        """First and last lines of the tests at the top of a file that are neither wanted, by their names, nor
        named elsewhere in it. `files` are all that the task brings along; none where one imports this."""
        if any(path in self._imports(other) for other in files):
            return []
        if path not in self._tests:
            self._tests[path] = list(self._free_tests(self._workspace.modules[path]))
        found: list[tuple[int, int]] = []
        for name, first, last in self._tests[path]:
            if name in wanted:
                continue
            if found and found[-1][1] == first - 1:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found

    def _imports(self, path: str) -> set[Optional[str]]:
        """The files of the workspace that a file imports."""
        if path not in self._imported:
            bound = [one for one in self._workspace.modules[path].bindings if one.location is not None]
            places = [place for one in bound for place in (one.location, f"{one.location}/{one.symbol}")]
            self._imported[path] = set(map(self._workspace.file_of, places)) - {None}
        return self._imported[path]

    def _free_tests(self, module: Module) -> Iterator[tuple[str, int, int]]:
        named = {child.id for child in ast.walk(module.tree) if isinstance(child, ast.Name)}
        for node in module.tree.body:
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            if node.name.lower().startswith("test") and node.name not in named:
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                yield node.name, first, node.end_lineno or node.lineno
