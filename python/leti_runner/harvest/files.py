"""Which files of a workspace are its Python code, and which of them are tests."""

import json
import os
import re
from pathlib import Path
from typing import Optional

from leti_runner.harvest.ignored import Ignored

#: The extension (src/harvest/fileRules.ts) reads the same file, so that both sides agree.
RULES = json.loads(Path(__file__).with_name("file_rules.json").read_text(encoding="utf-8"))
TEST_FILE = re.compile(RULES["testFile"])
SKIPPED_FOLDER = re.compile(RULES["skippedFolder"])
#: Larger files are not read, in bytes: they are data more often than code.
MAX_FILE_BYTES: int = RULES["maxFileBytes"]

#: Endings of compiled modules, and of the sources that they are made from.
COMPILED = (".so", ".pyd", ".dylib", ".pyx", ".c", ".cpp", ".rs")


def is_test_file(path: str) -> bool:
    """Whether a Python file holds tests, by its path in the workspace."""
    return TEST_FILE.search(path) is not None


def python_files(root: Path) -> list[str]:
    """Paths of the Python files below a folder, sorted; hidden, built, linked and ignored ones are left out.

    A file that is itself ignored still counts, such as a version file that a build writes.
    """
    return [path for path in walk_files(root, ignored_too=True) if path.endswith(".py")]


def package_names(root: Path) -> frozenset[str]:
    """The names of the packages and modules of a workspace that are imported by one name alone."""
    paths = python_files(root)
    packages = {path[: -len("/__init__.py")] for path in paths if path.endswith("/__init__.py")}
    found = set()
    for path in paths:
        place = path[: -len(".py")]
        while "/" in place and place.rsplit("/", 1)[0] in packages:
            place = place.rsplit("/", 1)[0]
        found.add(place.rsplit("/", 1)[-1])
    return frozenset(found - {"setup", "conftest", "__init__"})


def compiled_files(root: Path) -> set[str]:
    """The modules of a workspace that are compiled, or compiled from: their paths without endings."""
    found = (path.rpartition("/") for path in walk_files(root, ignored_too=True) if path.endswith(COMPILED))
    return {f"{folder}{slash}{name.partition('.')[0]}" for folder, slash, name in found}


def walk_files(root: Path, ignored_too: bool = False, ignored: Optional[Ignored] = None) -> list[str]:
    """Paths of all files below a folder, sorted, without hidden, ignored, built or linked ones."""
    ignored = ignored or Ignored(root)
    found: list[str] = []
    for folder, names, files in os.walk(root):
        inner = Path(folder).relative_to(root).as_posix()
        prefix = "" if inner == "." else f"{inner}/"
        names[:] = sorted(
            name
            for name in names
            if not SKIPPED_FOLDER.search(name)
            and not ignored.folder(prefix + name)
            and not os.path.exists(os.path.join(folder, name, RULES["environmentMarker"]))
        )
        for name in files:
            path = prefix + name
            full = os.path.join(folder, name)
            hidden = name.startswith(".") or os.path.islink(full)
            left_out = ignored.file(path)
            if not hidden and (ignored_too or not left_out):
                found.append(path)
    return sorted(found)
