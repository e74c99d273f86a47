"""A workspace's settings for pytest: which files and names are tests, and how they run."""

import configparser
import fnmatch
import importlib
import os
import shlex
from functools import cached_property
from pathlib import Path
from typing import Any, Optional

SETTINGS_FILE = "pytest.ini"
#: Files of settings that begin with a dot, as no other file that is read does.
HIDDEN_FILES = (".pytest.ini", ".pytest.toml")
#: Settings that decide which tests there are and how they run; none that names a program or writes a file.
KEPT = (
    "markers", "filterwarnings", "usefixtures", "xfail_strict", "strict_xfail", "python_files",
    "python_classes", "python_functions", "pythonpath", "asyncio_mode",
    "asyncio_default_fixture_loop_scope", "asyncio_default_test_loop_scope", "anyio_mode",
    "doctest_optionflags", "empty_parameter_set_mark", "django_find_project",
)  # fmt: skip


class Settings:
    """The settings that hold for the files of one folder. `folder` is where they stand, in the workspace."""

    def __init__(self, folder: str = "", values: Optional[dict[str, str]] = None) -> None:
        self.folder = folder
        self.values = values or {}

    @cached_property
    def text(self) -> str:
        """Those that a job brings along, as the text of a file `pytest.ini`; may be empty."""
        kept = {name: value for name, value in self.values.items() if name in KEPT}
        lines = [f"{name} = {indented(value)}" for name, value in kept.items()]
        return "\n".join(["[pytest]", *lines, ""]) if lines else ""

    def words(self, name: str) -> list[str]:
        try:
            return shlex.split(self.values.get(name, ""))
        except ValueError:
            return self.values.get(name, "").split()

    @cached_property
    def import_folders(self) -> list[str]:
        """Folders of the workspace in which `pythonpath` lets modules be found."""
        found = [os.path.normpath(os.path.join(self.folder, word)) for word in self.words("pythonpath")]
        return [
            ("" if path == "." else path.replace(os.sep, "/")) for path in found if not path.startswith("..")
        ]

    def names_test_file(self, path: str) -> bool:
        """Whether the workspace's own patterns make a file one of tests; never without patterns."""
        name = path.rsplit("/", 1)[-1]
        return any(
            fnmatch.fnmatchcase(
                path if "/" in pattern else name, f"*{pattern}" if "/" in pattern else pattern
            )
            for pattern in self.words("python_files")
            # `*.py` is for the folders of `testpaths`, and code lies there too.
            if pattern not in ("*", "*.py")
        )

    def is_test_function(self, name: str) -> bool:
        return matches(name, self.words("python_functions") or ["test"])

    def is_test_class(self, name: str) -> bool:
        return matches(name, self.words("python_classes") or ["Test"])

    @cached_property
    def doctest_flags(self) -> list[str]:
        return self.words("doctest_optionflags")

    @cached_property
    def doctest_globs(self) -> list[str]:
        """Patterns of the text files whose doctests pytest runs."""
        options = self.words("addopts")
        found = [one.partition("=")[2] for one in options if one.startswith("--doctest-glob=")]
        found += [value for one, value in zip(options, options[1:]) if one == "--doctest-glob"]
        return found or ["test*.txt"]


class SettingsFinder:
    """Finds the settings of each folder: those of the nearest folder around it that has some."""

    def __init__(self, root: Optional[Path]) -> None:
        self._root = root
        self._found: dict[str, Settings] = {}

    def of(self, path: str) -> Settings:
        """The settings for a file."""
        return self._of_folder(path.rsplit("/", 1)[0] if "/" in path else "")

    def _of_folder(self, folder: str) -> Settings:
        if folder not in self._found:
            values = None if self._root is None else read_settings(self._root / folder)
            if values is not None:
                self._found[folder] = Settings(folder, values)
            elif folder:
                self._found[folder] = self._of_folder(folder.rsplit("/", 1)[0] if "/" in folder else "")
            else:
                self._found[folder] = Settings()
        return self._found[folder]


def matches(name: str, patterns: list[str]) -> bool:
    """pytest's rule: a pattern is the beginning of a name, or has wildcards."""
    return any(
        name.startswith(pattern) or (set(pattern) & set("*?[") and fnmatch.fnmatchcase(name, pattern))
        for pattern in patterns
    )


def read_settings(folder: Path) -> Optional[dict[str, str]]:
    """The settings that stand in a folder; None if none do."""
    # In pytest's own order; the first file with settings counts.
    for name, section in (
        ("pytest.toml", ""),
        (".pytest.toml", ""),
        ("pytest.ini", "pytest"),
        (".pytest.ini", "pytest"),
        ("pyproject.toml", ""),
        ("tox.ini", "pytest"),
        ("setup.cfg", "tool:pytest"),
    ):
        file = folder / name
        if not file.is_file():
            continue
        found = from_ini(file, section) if section else from_toml(file, name == "pyproject.toml")
        if found is not None:
            return found
    return None


def indented(value: str) -> str:
    return "\n    ".join(line for line in (one.strip() for one in value.split("\n")) if line)


def from_ini(file: Path, section: str) -> Optional[dict[str, str]]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return None
    return dict(parser.items(section)) if parser.has_section(section) else None


def from_toml(file: Path, shared: bool) -> Optional[dict[str, str]]:
    """Settings of a TOML file; `shared` with other tools.

    None if there are none, or before Python 3.11 without pytest's TOML reader.
    """
    toml: Any = None
    for name in ("tomllib", "tomli"):
        try:
            toml = importlib.import_module(name)
            break
        except ImportError:
            continue
    if toml is None:
        return None
    try:
        found = toml.loads(file.read_text(encoding="utf-8"))
        section = found["tool"]["pytest"] if shared else found["pytest"]
        # Either as in an INI file, or pytest's own from version 9 on.
        section = section.get("ini_options", section)
        return {name: as_ini(value) for name, value in section.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def as_ini(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
