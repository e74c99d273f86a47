"""The imports between the packages of the runner point one way; one that no table lists fails."""

import ast
import sys
from pathlib import Path

import leti_runner

ROOT = Path(leti_runner.__file__).parent

MAY_IMPORT = {
    "channel": set(),
    "folders": set(),
    "parse_check": set(),
    "readable": set(),
    "sandbox": {"readable"},
    "program": {"channel"},
    "judge": {"channel", "folders", "program"},
    "harvest": {"channel", "folders", "readable", "program", "judge"},
    "zygote": {"channel", "folders", "sandbox", "program", "judge", "harvest"},
}
"""For each package or module at the root of leti_runner: the others that it may import."""

OF_THE_WORKSPACE = {"pytest"}
"""Imported only where the workspace's interpreter has it."""


def imported_names(path):
    """Dotted names that a file imports anywhere; `from a import b` counts as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files():
    """Each file of the runner with the package or root module that it belongs to."""
    for path in sorted(ROOT.rglob("*.py")):
        yield path, path.relative_to(ROOT).with_suffix("").parts[0]


def test_every_package_imports_only_those_that_the_table_lists():
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, part in files()
        for name in imported_names(path)
        if name.startswith("leti_runner.") and name.split(".")[1] not in {part, *MAY_IMPORT.get(part, ())}
    ]
    assert wrong == []


def test_the_table_names_what_is_there_and_has_no_cycle():
    assert {part for _, part in files()} - {"__init__"} == MAY_IMPORT.keys()
    left = dict(MAY_IMPORT)
    while left:
        free = {part for part, others in left.items() if not others & left.keys()}
        assert free, f"a cycle among {sorted(left)}"
        left = {part: others for part, others in left.items() if part not in free}


def test_the_runner_needs_only_the_standard_library():
    known = {"leti_runner", *OF_THE_WORKSPACE, *sys.stdlib_module_names}
    assert {
        f"{path.relative_to(ROOT)}: {name}"
        for path, _ in files()
        for name in imported_names(path)
        if name.partition(".")[0] not in known
    } == set()
