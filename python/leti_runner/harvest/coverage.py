"""Finds the tests of each function: tests that name it, and tests that called it when they were traced."""

from typing import Any, Optional

from leti_runner.harvest.data_files import DataFiles
from leti_runner.harvest.functions import first_line, full_name, functions_of, role_of
from leti_runner.harvest.modules import Workspace
from leti_runner.harvest.tests import Target, Test

#: Most tests per function that only call it; those that call the fewest functions come first.
MAX_SEEN = 6


def tests_by_target(
    workspace: Workspace, tests: list[Test], coverage: dict[str, Any]
) -> dict[Target, list[Test]]:
    """The tests of each function: first those that name it, then those that run it, the nearest first.

    A test that was seen to run covers what it ran and nothing else.
    """
    places = {
        (path, first_line(function)): (
            path,
            full_name(function.name if owner is None else f"{owner.name}.{function.name}", role_of(function)),
        )
        for path, module in workspace.modules.items()
        if path in {file for suite in coverage.values() for file, _ in suite["functions"]}
        and not module.is_test
        for function, owner in functions_of(module.tree)
    }
    naming: dict[Target, list[Test]] = {}
    running: dict[Target, list[tuple[int, Test]]] = {}
    for test in tests:
        ran = targets_seen(test, coverage, places)
        for target in test.targets if ran is None else test.targets & ran:
            naming.setdefault(target, []).append(test)
        for target in (ran or set()) - test.targets:
            running.setdefault(target, []).append((len(ran or ()), test))
    found = naming
    for target, seen in running.items():
        nearest = sorted(seen, key=lambda one: (one[0], one[1].path, one[1].name))[:MAX_SEEN]
        found.setdefault(target, []).extend(test for _, test in nearest)
    return found


def targets_seen(
    test: Test, coverage: dict[str, Any], places: dict[tuple[str, int], Target]
) -> Optional[set[Target]]:
    """The functions that a test called when it was traced; None if it was not traced."""
    suite = coverage.get(test.path)
    indexes = None if suite is None else suite["tests"].get(test.name)
    if suite is None or indexes is None:
        return None
    calls = (tuple(suite["functions"][index]) for index in indexes)
    return {places[call] for call in calls if call in places}


def suites_of(workspace: Workspace, data: DataFiles, tests: list[Test]) -> list[dict[str, Any]]:
    """The test files that pytest can run here, each with the files that it may import and open."""
    if not workspace.installed.has("pytest"):
        return []
    files: dict[str, set[str]] = {}
    for test in tests:
        if test.runner != "statements" and not test.obstacle:
            files.setdefault(test.path, set()).update(test.files)
    suites = []
    for path in sorted(files):
        loaded = set().union(*(workspace.closure(file) for file in files[path]))
        modules = [workspace.modules[file] for file in loaded if workspace.modules[file].is_test]
        suites.append(
            {
                "path": path,
                "files": sorted(loaded),
                "data_files": data.needed(modules, "", [workspace.settings.of(path)]),
                "roots": workspace.roots(path),
            }
        )
    return suites
