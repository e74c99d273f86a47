"""Finds the functions of a workspace that tests cover, as text to make tasks of.

Run as `python -m leti_runner.harvest.workspace WORKSPACE [--given] [--known DIGEST]`; prints one JSON
object. With `--given` the first line of standard input is a JSON object: `unsaved`, texts by their paths,
which stand for what is on disk; `coverage`, what running the tests told (suite.py), by the paths of their
files. With a digest that still holds, the printed object only says so. Reads Python files, runs none of
them, and ends when its standard input is closed, so that it never outlives who started it.
"""

import ast
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, Optional

from leti_runner.harvest.coverage import suites_of, tests_by_target
from leti_runner.harvest.data_files import DataFiles
from leti_runner.harvest.digest import environment_digest, workspace_digest
from leti_runner.harvest.doctests import Doctests
from leti_runner.harvest.foreign import foreign_code, is_secret
from leti_runner.harvest.functions import CannotMask, Function, Hole, full_name, functions_of, mask, role_of
from leti_runner.harvest.ignored import Ignored
from leti_runner.harvest.modules import Code, Module, Workspace
from leti_runner.harvest.needs import import_obstacle
from leti_runner.harvest.tests import Target, Test, TestFinder
from leti_runner.harvest.unneeded_tests import UnusedTests

FORMAT = 4
MAX_CANDIDATES = 3000
#: Most tests per function: the first ones.
MAX_CHECKS = 40
#: Bounds of a task's files, which go to the runner with each of its programs.
MAX_FILES_CHARACTERS = 6_000_000
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def harvest(root: Path, given: Optional[dict[str, Any]] = None, known: str = "") -> dict[str, Any]:
    given = given or {}
    unsaved, coverage = given.get("unsaved") or {}, given.get("coverage") or {}
    environment = environment_digest()
    digest = workspace_digest(root, environment, given)
    if digest == known:
        return {"unchanged": True}
    workspace = Workspace(root, unsaved)
    data, unused, doctests = DataFiles(root), UnusedTests(workspace), Doctests(workspace)
    all_tests = list(TestFinder(workspace).all_tests())
    tests = tests_by_target(workspace, all_tests, coverage)
    suites = suites_of(workspace, data, all_tests)
    candidates: list[dict[str, Any]] = []
    bodies: dict[str, str] = {}
    ignored = Ignored(root)
    dropped = [
        drop(path, path, line, reason) for path, line, reason in workspace.problems if not ignored.file(path)
    ]
    for path in sorted(workspace.modules):
        module = workspace.modules[path]
        if module.is_test or ignored.file(path):
            continue
        foreign = foreign_code(path, module.source)
        if foreign:
            dropped.append(drop(path, path, 1, foreign))
            continue
        for function, owner in functions_of(module.tree):
            name = function.name if owner is None else f"{owner.name}.{function.name}"
            role = role_of(function)
            task_id = f"{path}:{full_name(name, role)}"
            try:
                require_one_definition(module, function, owner)
                hole = mask(module, function, owner)
                candidate = candidate_of(
                    workspace, data, unused, doctests, hole, tests_of(tests, path, name, role)
                )
                if role and owner is None:
                    # The module's name is not this function's alone, so a call by name may mean another.
                    candidate["sealable"] = False
                if is_secret(hole.prefix) or is_secret(hole.body):
                    raise CannotMask("it holds what looks like a key, a password or a token")
                first = bodies.setdefault(hole.same, task_id)
                if first != task_id:
                    raise CannotMask(f"its body is the same as that of {first}")
                if len(candidates) >= MAX_CANDIDATES:
                    raise CannotMask(f"the workspace has more than {MAX_CANDIDATES} functions with tests")
                candidates.append({"id": task_id, **candidate})
            except CannotMask as problem:
                dropped.append(drop(task_id, path, function.lineno, str(problem)))
    used = {path for candidate in candidates for path in (*candidate["files"], *candidate["test_files"])}
    used.update(path for suite in suites for path in suite["files"])
    opened = {path for found in (*candidates, *suites) for path in found["data_files"]}
    return {
        "format": FORMAT,
        "environment": environment,
        "digest": digest,
        "candidates": candidates,
        "sources": {path: workspace.modules[path].source for path in sorted(used)},
        "data": {path: data.encoded(path) for path in sorted(opened)},
        "suites": suites,
        "dropped": dropped,
    }


def candidate_of(
    workspace: Code,
    data: DataFiles,
    unused: UnusedTests,
    doctests: Doctests,
    hole: Hole,
    tests: list[Test],
) -> dict[str, Any]:
    """A hole with its checks. Raises CannotMask with the first reason why there are none."""
    obstacle = import_obstacle(workspace, [hole.path])
    if obstacle:
        raise CannotMask(obstacle)
    usable = [test for test in tests if not test.obstacle][:MAX_CHECKS]
    checks = [check_of(workspace, test) for test in usable]
    docs = doctests.of(hole)
    source = "tests" if checks or not docs else "doctests"
    checks += docs
    if not checks:
        raise CannotMask(tests[0].obstacle if tests else "no test uses it and it has no doctest")
    files = workspace.closure(hole.path) - {hole.path}
    loaded = {path for test in usable for path in test.files}
    # Files that only the tests import may hold expected values, so the program does not get them.
    test_files = set().union(*(workspace.closure(path) for path in loaded)) - files - {hole.path}
    if sum(len(workspace.modules[path].source) for path in files | test_files) > MAX_FILES_CHARACTERS:
        raise CannotMask(f"it and its tests import more than {MAX_FILES_CHARACTERS} characters of other code")
    wanted: dict[str, set[str]] = {}
    for test in (test for test in usable if test.runner != "statements"):
        wanted.setdefault(test.path, set()).add(test.name.split(".")[0])
    roots = workspace.import_roots([hole.path, *files, *test_files])
    return {
        "path": hole.path,
        "module": workspace.module_name(hole.path),
        "line": hole.line,
        "name": hole.name,
        "source": source,
        "docstring": hole.docstring,
        "prefix": hole.prefix,
        "indent": hole.indent,
        "before": hole.before,
        "body": hole.body,
        "after": hole.after,
        "template": hole.template,
        "checks": checks,
        "files": sorted(files),
        "test_files": sorted(test_files),
        **({"roots": roots} if roots else {}),
        "unused_lines": {path: unused.lines(path, names, test_files) for path, names in wanted.items()},
        "data_files": data.needed(
            [workspace.modules[path] for path in test_files],
            hole.body,
            [workspace.settings.of(test.path) for test in usable if test.runner == "pytest"],
        ),
    }


def tests_of(tests: dict[Target, list[Test]], path: str, name: str, role: str) -> list[Test]:
    """The tests of a function. One that has a role is also tested by the name that callers use."""
    found = list(tests.get((path, full_name(name, role)), []))
    if role:
        dispatcher, register, _ = role.partition(".register")
        called = name if not register else ".".join([*name.split(".")[:-1], dispatcher])
        found += [test for test in tests.get((path, called), []) if test not in found]
    return found


def check_of(workspace: Code, test: Test) -> dict[str, str]:
    if test.runner == "statements":
        return {"kind": "statements", "source": test.name}
    return {
        "kind": "test",
        "module": workspace.module_name(test.path),
        "path": test.path,
        "name": test.name,
        "runner": test.runner,
    }


def require_one_definition(module: Module, function: Function, owner: Optional[ast.ClassDef]) -> None:
    """Raises CannotMask where another function of the same place has the name and the role."""
    role = role_of(function)
    scope = module.tree.body if owner is None else owner.body
    same = [node for node in scope if getattr(node, "name", None) == function.name and node is not function]
    if any(not isinstance(node, FUNCTIONS) or role_of(node) == role for node in same):
        raise CannotMask("it is defined more than once in its module")
    if owner is not None and sum(getattr(node, "name", None) == owner.name for node in module.tree.body) > 1:
        raise CannotMask("its class is defined more than once in its module")


def drop(task_id: str, path: str, line: int, reason: str) -> dict[str, Any]:
    return {"id": task_id, "path": path, "line": line, "reason": reason}


def end_with_parent() -> None:
    """Standard input is a pipe that the parent holds open; when it closes, the parent is gone."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    root = Path(sys.argv[1])
    options = sys.argv[2:]
    given = json.loads(sys.stdin.readline()) if "--given" in options else None
    known = options[options.index("--known") + 1] if "--known" in options else ""
    end_with_parent()
    # Packages are looked up as the workspace sees them, without this package's own folder.
    sys.path.pop(0)
    json.dump(harvest(root, given, known), sys.stdout)
    sys.stdout.flush()
    # The waiting thread holds standard input, so the interpreter cannot shut down as usual.
    os._exit(0)


if __name__ == "__main__":
    main()
