"""Finds the functions that commits changed together with a test, as text to make tasks of.

Run as `python -m leti_runner.harvest.history WORKSPACE`. Each line of standard input describes one commit:
`{"files": {PATH: ID}, "changed": {PATH: {"before": ID, "after": ID}}, "texts": {ID: TEXT},
"problems": {ID: WHY}}`, where texts and problems are those that were not told before. Each is answered with
one line. Reads text alone, runs none of it, and ends with its standard input.
"""

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

from leti_runner.harvest.data_files import DataFiles
from leti_runner.harvest.doctests import Doctests
from leti_runner.harvest.files import is_test_file
from leti_runner.harvest.foreign import foreign_code, is_secret
from leti_runner.harvest.functions import CannotMask, Function, functions_of, mask
from leti_runner.harvest.installed import Installed
from leti_runner.harvest.modules import Code, Module, folders_of
from leti_runner.harvest.syntax import Unusable, parse
from leti_runner.harvest.tests import Target, Test, TestFinder
from leti_runner.harvest.unneeded_tests import UnusedTests
from leti_runner.harvest.workspace import candidate_of, drop, require_one_definition

#: Only Python files are read from commits.
NO_DATA = DataFiles(None)


@dataclass
class Texts:
    """The contents of files by their ids."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def tree(self, content: str) -> ast.Module:
        if content not in self.texts:
            raise Unusable(1, self.problems.get(content, "its content is not known"))
        return parse(self.texts[content])


class Files(Mapping[str, Module]):
    """The files of one commit. A file is parsed when somebody first asks for it."""

    def __init__(self, ids: dict[str, str], texts: Texts, code: Code) -> None:
        self._ids = ids
        self._texts = texts
        self._code = code
        self._parsed: dict[str, Optional[Module]] = {}

    def __getitem__(self, path: str) -> Module:
        module = self._module(path)
        if module is None:
            raise KeyError(path)
        return module

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._module(path) is not None

    def __iter__(self) -> Iterator[str]:
        return (path for path in self._ids if path in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _module(self, path: str) -> Optional[Module]:
        if path not in self._parsed:
            self._parsed[path] = None
            content = self._ids.get(path)
            if content is not None:
                try:
                    tree = self._texts.tree(content)
                    source = self._texts.texts[content]
                    self._parsed[path] = Module(path, source, tree, self._code.bindings_of)
                except Unusable as problem:
                    self._code.problems.append((path, problem.line, problem.reason))
        return self._parsed[path]


class Snapshot(Code):
    """The code of one commit."""

    def __init__(self, ids: dict[str, str], texts: Texts, installed: Installed) -> None:
        super().__init__(Files(ids, texts, self), folders_of(ids), installed)


def answer(asked: dict[str, Any], texts: Texts, installed: Installed) -> dict[str, Any]:
    """The candidates of a commit. Functions that none of its tests use are left out."""
    texts.texts.update(asked["texts"])
    texts.problems.update(asked["problems"])
    changed = asked["changed"]
    now = Snapshot(asked["files"], texts, installed)
    before = {path: ids["before"] for path, ids in changed.items() if "before" in ids}
    then = Snapshot(before, texts, installed)
    paths = sorted(path for path, ids in changed.items() if "after" in ids)
    candidates: list[dict[str, Any]] = []
    dropped: list[dict[str, Any]] = []
    covering = tests_of_changed(now, then, paths)
    unused = UnusedTests(now)
    earlier = functions_in(then)
    texts_then = {(name, text_of(function)) for (_, name), (function, _) in earlier.items()}
    for (path, name), (function, owner) in functions_in(now, paths).items():
        tests = covering.get((path, name))
        # A function that is unchanged, here or in the file that it was moved from, is no work of this commit.
        if tests is None or (name, text_of(function)) in texts_then:
            continue
        try:
            require_one_definition(now.modules[path], function, owner)
            foreign = foreign_code(path, now.modules[path].source)
            if foreign:
                raise CannotMask(foreign)
            hole = mask(now.modules[path], function, owner)
            if is_secret(hole.prefix) or is_secret(hole.body):
                raise CannotMask("it holds what looks like a key, a password or a token")
            candidate = candidate_of(now, NO_DATA, unused, Doctests(now), hole, tests)
            if (path, name) in earlier:
                candidate["earlier"] = mask(then.modules[path], *earlier[path, name]).body
            candidates.append(candidate)
        except CannotMask as problem:
            dropped.append(drop(name, path, function.lineno, str(problem)))
    used = {path for candidate in candidates for path in (*candidate["files"], *candidate["test_files"])}
    dropped += [drop(path, path, line, reason) for path, line, reason in now.problems if path in changed]
    return {
        "candidates": candidates,
        "sources": {path: now.modules[path].source for path in sorted(used)},
        "dropped": dropped,
    }


def tests_of_changed(now: Snapshot, then: Snapshot, paths: list[str]) -> "dict[Target, list[Test]]":
    """The functions that new or changed tests use, each with all tests in those files that use it."""
    finder = TestFinder(now)
    covering: dict[Target, list[Test]] = {}
    worked_on: set[Target] = set()
    for path in paths:
        if not is_test_file(path) or path.endswith("conftest.py") or path not in now.modules:
            continue
        before = test_texts(then.modules[path]) if path in then.modules else set()
        names = {name for name, _ in test_texts(now.modules[path]) - before}
        for test in finder.tests_of(now.modules[path]) if names else ():
            for target in test.targets:
                covering.setdefault(target, []).append(test)
            # An assert at the top of a file needs the imports on the lines before it.
            if test.name in names or (test.runner == "statements" and test.name.split("\n")[-1] in names):
                worked_on |= test.targets
    return {target: tests for target, tests in covering.items() if target in worked_on}


def test_texts(module: Module) -> "set[tuple[str, str]]":
    """The names of a file's tests with their code; an assert at the top of it is its own name."""
    found = {(name, text_of(function)) for name, function, _ in named_functions(module)}
    asserts = [ast.unparse(node) for node in module.tree.body if isinstance(node, ast.Assert)]
    return found | {(text, text) for text in asserts}


def functions_in(
    code: Snapshot, paths: "Optional[list[str]]" = None
) -> "dict[Target, tuple[Function, Optional[ast.ClassDef]]]":
    """The functions of the given files, or of all files, that are no tests."""
    return {
        (path, name): (function, owner)
        for path in (code.modules if paths is None else paths)
        if not is_test_file(path) and path in code.modules
        for name, function, owner in named_functions(code.modules[path])
    }


def named_functions(module: Module) -> "Iterator[tuple[str, Function, Optional[ast.ClassDef]]]":
    for function, owner in functions_of(module.tree):
        yield function.name if owner is None else f"{owner.name}.{function.name}", function, owner


@lru_cache(maxsize=4000)
def text_of(function: Function) -> str:
    """The code of a function without its name, docstring, comments and layout."""
    documented = ast.get_docstring(function) is not None and len(function.body) > 1
    statements = function.body[1:] if documented else function.body
    return "\n".join(ast.dump(node) for node in [*function.decorator_list, function.args, *statements])


def main() -> None:
    # Packages are looked up as the workspace sees them, without this package's own folder.
    sys.path.pop(0)
    texts, installed = Texts(), Installed(Path(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), texts, installed)), flush=True)


if __name__ == "__main__":
    main()
