"""Which files of a workspace are its Python code, and which of them are tests."""

import fnmatch
import json
import os
import re
from pathlib import Path

#: The extension (src/harvest/fileRules.ts) reads the same file, so that both sides agree.
RULES = json.loads(Path(__file__).with_name("file_rules.json").read_text(encoding="utf-8"))
TEST_FILE = re.compile(RULES["testFile"])
SKIPPED_FOLDER = re.compile(RULES["skippedFolder"])
#: Larger files are not read, in bytes: they are data more often than code.
MAX_FILE_BYTES: int = RULES["maxFileBytes"]


def is_test_file(path: str) -> bool:
    """Whether a Python file holds tests, by its path in the workspace."""
    return TEST_FILE.search(path) is not None


def python_files(root: Path) -> list[str]:
    """Paths of the Python files below a folder, sorted; hidden, built, linked and ignored ones are left out.

    A file that is itself ignored still counts, such as a version file that a build writes.
    """
    return [path for path in walk_files(root, ignored_too=True) if path.endswith(".py")]


def walk_files(root: Path, ignored_too: bool = False) -> list[str]:
    """Paths of all files below a folder, sorted, without hidden, ignored, built or linked ones."""
    ignored = ignore_patterns(root)
    found: list[str] = []
    for folder, names, files in os.walk(root):
        inner = Path(folder).relative_to(root).as_posix()
        prefix = "" if inner == "." else f"{inner}/"
        names[:] = sorted(
            name
            for name in names
            if not SKIPPED_FOLDER.search(name)
            and not is_ignored(prefix + name, ignored, folder=True)
            and not os.path.exists(os.path.join(folder, name, RULES["environmentMarker"]))
        )
        for name in files:
            path = prefix + name
            full = os.path.join(folder, name)
            hidden = name.startswith(".") or os.path.islink(full)
            if not hidden and (ignored_too or not is_ignored(path, ignored, folder=False)):
                found.append(path)
    return sorted(found)


def ignore_patterns(root: Path) -> list[str]:
    """The lines of the workspace's own .gitignore that can be understood without git (no exceptions)."""
    try:
        text = (root / ".gitignore").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("#", "!"))]


def is_ignored(path: str, patterns: list[str], folder: bool) -> bool:
    name = path.rsplit("/", 1)[-1]
    for pattern in patterns:
        if pattern.endswith("/") and not folder:
            continue
        bare = pattern.strip("/")
        if "/" in pattern.rstrip("/"):
            if fnmatch.fnmatchcase(path, bare.replace("**/", "")) or fnmatch.fnmatchcase(path, bare):
                return True
        elif fnmatch.fnmatchcase(name, bare):
            return True
    return False
