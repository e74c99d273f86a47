"""Data files that tests open, and the workspace's settings for pytest."""

import ast
import base64
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Optional

from leti_runner.harvest.files import walk_files
from leti_runner.harvest.modules import Module
from leti_runner.harvest.settings import SETTINGS_FILE, Settings

MAX_FILES = 2000
#: Bounds of the data files of one task.
MAX_TASK_FILES = 40
MAX_FILE_BYTES = 200_000
MAX_TASK_BYTES = 500_000
#: Code, which could hold a masked body, and archives, which could hold code.
NO_DATA = (
    ".py", ".pyi", ".pyc", ".pyo", ".pyw", ".pyx", ".pxd", ".ipynb", ".so", ".pyd", ".dll", ".dylib", ".whl",
    ".egg", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".patch", ".diff", ".orig", ".rej", ".bak",
)  # fmt: skip
SECRET_NAME = re.compile(
    r"secret|credential|passw|token|apikey|api_key|private|id_(rsa|dsa|ecdsa|ed25519)|htpasswd|netrc|\benv\b"
    r"|\.(pem|key|p12|pfx|jks|keystore|kdbx|asc|gpg|crt|cer|der|ppk)$",
    re.IGNORECASE,
)
SECRET_TEXT = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}")


class DataFiles:
    """The data files of a workspace, each read when a test first needs it. Without a root there are none."""

    def __init__(self, root: Optional[Path]) -> None:
        self._root = root or Path()
        self._paths = [path for path in walk_files(root) if is_data(path)][:MAX_FILES] if root else []
        self._read: dict[str, Optional[bytes]] = {}
        self._settings: dict[str, bytes] = {}

    def needed(self, tests: Iterable[Module], body: str, settings: Iterable[Settings]) -> list[str]:
        """Paths of files that test modules name by file or folder, without those that quote the body.

        With them, a `pytest.ini` for each of the settings.
        """
        tests = list(tests)
        words = {word for module in tests for word in words_of(module)}
        named = [path for path in self._paths if path.rsplit("/", 1)[-1] in words]
        folders = [path for path in self._paths if path not in named and self._in_named(path, tests, words)]
        found: list[str] = []
        size = 0
        for path in [*named, *folders]:
            data = self.content(path)
            if data is None or len(found) >= MAX_TASK_FILES or size + len(data) > MAX_TASK_BYTES:
                continue
            if shows(data, body):
                continue
            found.append(path)
            size += len(data)
        for one in settings:
            if one.text:
                path = f"{one.folder}/{SETTINGS_FILE}" if one.folder else SETTINGS_FILE
                self._settings[path] = one.text.encode()
                found.append(path)
        return sorted(set(found))

    def encoded(self, path: str) -> str:
        return base64.b64encode(self.content(path) or b"").decode()

    def content(self, path: str) -> Optional[bytes]:
        if path in self._settings:
            return self._settings[path]
        if path not in self._read:
            self._read[path] = read_data(self._root / path)
        return self._read[path]

    def _in_named(self, path: str, tests: list[Module], words: set[str]) -> bool:
        """Whether a file lies in a folder that is named by tests in the same folder or above it."""
        for module in tests:
            folder = module.path.rsplit("/", 1)[0] + "/" if "/" in module.path else ""
            if path.startswith(folder) and words.intersection(path[len(folder) :].split("/")[:-1]):
                return True
        return False


def is_data(path: str) -> bool:
    parts = path.split("/")
    hidden = any(part.startswith(".") for part in parts)
    return not hidden and not path.lower().endswith(NO_DATA) and not any(map(SECRET_NAME.search, parts))


def read_data(file: Path) -> Optional[bytes]:
    """The bytes of a data file; None if it cannot be read, is too large, or holds a key."""
    try:
        if os.path.getsize(file) > MAX_FILE_BYTES:
            return None
        data = file.read_bytes()
    except OSError:
        return None
    return None if SECRET_TEXT.search(data) else data


def words_of(module: Module) -> set[str]:
    """The path components in the strings of a module."""
    words: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            words.update(part for part in re.split(r"[/\\]", node.value) if part not in ("", ".", ".."))
    return words


def shows(data: bytes, body: str) -> bool:
    """Whether a file quotes a body; white space does not count."""
    wanted = "".join(body.split())
    return len(wanted) > 20 and wanted in "".join(data.decode("utf-8", "replace").split())
