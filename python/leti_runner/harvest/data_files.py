"""Data files that tests open, and the workspace's settings for pytest."""

import ast
import base64
import configparser
import importlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Optional

from leti_runner.harvest.files import walk_files
from leti_runner.harvest.modules import Module

MAX_FILES = 2000
#: Bounds of the data files of one task.
MAX_TASK_FILES = 40
MAX_FILE_BYTES = 200_000
MAX_TASK_BYTES = 500_000
SETTINGS_FILE = "pytest.ini"
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
#: Settings that decide which tests there are and how they run; none that names a program or writes a file.
SETTINGS = (
    "markers", "filterwarnings", "usefixtures", "xfail_strict", "python_files", "python_classes",
    "python_functions", "pythonpath", "asyncio_mode", "asyncio_default_fixture_loop_scope",
    "doctest_optionflags", "empty_parameter_set_mark",
)  # fmt: skip


class DataFiles:
    """The data files of a workspace, each read when a test first needs it. Without a root there are none."""

    def __init__(self, root: Optional[Path]) -> None:
        self._root = root or Path()
        self._paths = [path for path in walk_files(root) if is_data(path)][:MAX_FILES] if root else []
        self._read: dict[str, Optional[bytes]] = {}
        self._settings = pytest_settings(root).encode() if root else b""

    def needed(self, tests: Iterable[Module], body: str, with_settings: bool) -> list[str]:
        """Paths of files that test modules name by file or folder, without those that quote the body."""
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
        if with_settings and self._settings:
            found.append(SETTINGS_FILE)
        return sorted(found)

    def encoded(self, path: str) -> str:
        return base64.b64encode(self.content(path) or b"").decode()

    def content(self, path: str) -> Optional[bytes]:
        if path == SETTINGS_FILE:
            return self._settings
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


def pytest_settings(root: Path) -> str:
    """The workspace's settings for pytest, as the text of a file `pytest.ini`; may be empty."""
    # In pytest's own order; the first file with settings counts.
    for found in (
        from_ini(root / "pytest.ini", "pytest"),
        from_pyproject(root / "pyproject.toml"),
        from_ini(root / "tox.ini", "pytest"),
        from_ini(root / "setup.cfg", "tool:pytest"),
    ):
        if found is None:
            continue
        kept = {name: value for name, value in found.items() if name in SETTINGS}
        lines = [f"{name} = {indented(value)}" for name, value in kept.items()]
        return "\n".join(["[pytest]", *lines, ""]) if lines else ""
    return ""


def indented(value: str) -> str:
    return "\n    ".join(line for line in (one.strip() for one in value.split("\n")) if line)


def from_ini(file: Path, section: str) -> Optional[dict[str, str]]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return None
    return dict(parser.items(section)) if parser.has_section(section) else None


def from_pyproject(file: Path) -> Optional[dict[str, str]]:
    """Settings of pyproject.toml;

    None if there are none, or before Python 3.11 without pytest's TOML reader.
    """
    for name in ("tomllib", "tomli"):
        try:
            toml = importlib.import_module(name)
            break
        except ImportError:
            continue
    else:
        return None
    try:
        found = toml.loads(file.read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
        return {name: as_ini(value) for name, value in found.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def as_ini(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
