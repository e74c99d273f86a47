"""The Python files of a workspace and their imports of each other. This module imports none of them."""

import ast
import importlib.util
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Callable, Optional, Union

from leti_runner.harvest.files import MAX_FILE_BYTES, is_test_file, python_files

MAX_FILES = 4000


@dataclass
class Binding:
    """A name that an import brings into a module."""

    local: str
    #: Where the name's module would lie: a path without `.py`, or None for a module from elsewhere.
    location: Optional[str]
    #: The name inside that module; None if the module itself is bound, `*` for all of its names.
    symbol: Optional[str]
    #: First part of the absolute module name; empty for a relative import.
    top: str
    #: Whether importing the file runs this import and fails with it.
    required: bool
    statement: Union[ast.Import, ast.ImportFrom]


@dataclass
class Module:
    """A Python file of the workspace."""

    path: str
    source: str
    tree: ast.Module
    resolve: "Callable[[Module], Iterator[Binding]]"
    #: Top-level functions and classes by name; the last one if several have the name.
    definitions: dict[str, ast.stmt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in self.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.definitions[node.name] = node

    @cached_property
    def bindings(self) -> list[Binding]:
        """The names that its imports bind, found on first use."""
        return list(self.resolve(self))

    @property
    def is_test(self) -> bool:
        return is_test_file(self.path)


class Unusable(Exception):
    """A file that cannot be read or parsed as Python."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@lru_cache(maxsize=512)
def parse(source: str) -> ast.Module:
    """The tree of a source.

    It is shared: callers must not change it. Raises Unusable if it does not parse.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        raise Unusable(error.lineno or 1, f"the file does not parse: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unusable(1, f"the file does not parse: {error}") from error


@cache
def is_installed(top: str) -> bool:
    """Whether this interpreter has a module of that name."""
    try:
        return importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        return top in sys.modules


def folders_of(paths: Iterable[str]) -> set[str]:
    """The folders that the files lie in, and those around them."""
    found: set[str] = set()
    for path in paths:
        while "/" in path:
            path = path.rsplit("/", 1)[0]
            if path in found:
                break
            found.add(path)
    return found


class Code:
    """Python files and what they import from each other."""

    def __init__(self, modules: Mapping[str, Module], folders: set[str]) -> None:
        self.modules = modules
        self.folders = folders
        #: Files that could not be used: path, line, reason.
        self.problems: list[tuple[str, int, str]] = []
        self._closures: dict[tuple[str, bool], set[str]] = {}
        self._definitions: dict[tuple[str, str], Optional[tuple[str, str]]] = {}
        self._missing: dict[str, list[str]] = {}
        #: The dotted names under which each file is imported.
        self.imported_as: dict[str, list[str]] = {}

    def package_root(self, path: str) -> str:
        """The first folder above a file that is no package; `` for the workspace itself."""
        folder = path.rsplit("/", 1)[0] if "/" in path else ""
        while folder and f"{folder}/__init__.py" in self.modules:
            folder = folder.rsplit("/", 1)[0] if "/" in folder else ""
        return folder

    def roots(self, path: str) -> list[str]:
        """The folders in which absolute imports of a file are looked up, in order."""
        found = [self.package_root(path), ""]
        if "src" in self.folders and "src/__init__.py" not in self.modules:
            found.append("src")
        return list(dict.fromkeys(found))

    def file_of(self, location: str) -> Optional[str]:
        """The file of the module at a location; None for a folder without `__init__.py`."""
        for path in (f"{location}.py", f"{location}/__init__.py"):
            if path in self.modules:
                return path
        return None

    def exists(self, location: str) -> bool:
        return self.file_of(location) is not None or location in self.folders

    def find(self, importer: str, dotted: str) -> Optional[str]:
        """The location of a module that a file imports by its absolute name."""
        parts = dotted.split(".")
        for root in self.roots(importer):
            top = joined(root, parts[0])
            # A real module comes before a folder that is no package.
            if self.file_of(top) is None and (top not in self.folders or self.has_package(parts[0])):
                continue
            location = joined(root, "/".join(parts))
            if self.exists(location):
                file = self.file_of(location)
                if file is not None:
                    names = self.imported_as.setdefault(file, [])
                    if dotted not in names:
                        names.append(dotted)
                return location
        return None

    def has_package(self, top: str) -> bool:
        """Whether this interpreter has a module of that name outside the workspace."""
        return is_installed(top)

    def module_name(self, path: str) -> str:
        """The dotted name of a file: as tests and other files import it, else by its place."""
        names = self.imported_as.get(path)
        if names:
            return names[0]
        root = self.package_root(path)
        if root == (path.rsplit("/", 1)[0] if "/" in path else "") and not self.modules[path].is_test:
            root = "src" if path.startswith("src/") else ""
        inner = path[len(root) + 1 :] if root else path
        inner = inner[: -len("/__init__.py")] if inner.endswith("/__init__.py") else inner[: -len(".py")]
        return inner.replace("/", ".")

    def bindings_of(self, module: Module) -> Iterator[Binding]:
        for statement, required in imports_of(module.tree):
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    top = alias.name.split(".")[0]
                    found = self.find(module.path, alias.name)
                    location = found if alias.asname or found is None else self.find(module.path, top)
                    yield Binding(alias.asname or top, location, None, top, required, statement)
                    if found is not None and found != location:
                        yield Binding("", found, None, top, required, statement)
                continue
            base, top = self._base(module.path, statement)
            for alias in statement.names:
                local = alias.asname or alias.name
                below = None if base is None else joined(base, alias.name)
                if below is not None and self.exists(below) and not self._defines(base, alias.name):
                    if statement.level == 0:
                        self.find(module.path, f"{statement.module}.{alias.name}")
                    yield Binding(local, below, None, top, required, statement)
                else:
                    yield Binding(local, base, alias.name, top, required, statement)

    def _base(self, path: str, statement: ast.ImportFrom) -> tuple[Optional[str], str]:
        if statement.level == 0:
            name = statement.module or ""
            return self.find(path, name), name.split(".")[0]
        parts = path.split("/")[: -statement.level]
        if statement.module:
            parts += statement.module.split(".")
        return "/".join(parts), ""

    def _defines(self, location: Optional[str], name: str) -> bool:
        file = None if location is None else self.file_of(location)
        if file is None:
            return False
        return name in self.modules[file].definitions

    def definition(self, path: str, name: str) -> Optional[tuple[str, str]]:
        """File and name of the definition of a top-level function or class that a file knows by a name."""
        key = (path, name)
        if key not in self._definitions:
            # Imports in a circle define nothing.
            self._definitions[key] = None
            self._definitions[key] = self._defined_or_imported(path, name)
        return self._definitions[key]

    def _defined_or_imported(self, path: str, name: str) -> Optional[tuple[str, str]]:
        if name in self.modules[path].definitions:
            return path, name
        for binding in self.modules[path].bindings:
            if binding.symbol is None or binding.location is None or binding.local not in (name, "*"):
                continue
            file = self.file_of(binding.location)
            if file is not None and file != path:
                found = self.definition(file, name if binding.symbol == "*" else binding.symbol)
                if found is not None:
                    return found
        return None

    def class_node(self, path: str, name: str) -> Optional[ast.ClassDef]:
        node = self.modules[path].definitions.get(name)
        return node if isinstance(node, ast.ClassDef) else None

    def closure(self, path: str, required: bool = False) -> set[str]:
        """All files that a file may load: itself, what it imports, the packages around them.

        With `required`, those alone without which importing the file fails.
        """
        key = (path, required)
        if key not in self._closures:
            seen: set[str] = set()
            pending = [path]
            while pending:
                current = pending.pop()
                if current in seen:
                    continue
                seen.add(current)
                pending += self._packages_around(current)
                for binding in self.modules[current].bindings:
                    file = None if binding.location is None else self.file_of(binding.location)
                    if file is not None and (binding.required or not required):
                        pending.append(file)
            self._closures[key] = seen
        return self._closures[key]

    def _packages_around(self, path: str) -> list[str]:
        folder = path.rsplit("/", 1)[0] if "/" in path else ""
        found = []
        while folder and f"{folder}/__init__.py" in self.modules:
            found.append(f"{folder}/__init__.py")
            folder = folder.rsplit("/", 1)[0] if "/" in folder else ""
        return found

    def missing_packages(self, path: str) -> list[str]:
        """Packages without which importing a file fails and that this interpreter does not have."""
        if path not in self._missing:
            self._missing[path] = sorted(
                {
                    binding.top
                    for loaded in self.closure(path, required=True)
                    for binding in self.modules[loaded].bindings
                    if binding.required
                    and binding.top
                    and binding.location is None
                    and not self.has_package(binding.top)
                }
            )
        return self._missing[path]


class Workspace(Code):
    """All Python files below a folder, parsed by this interpreter; `unsaved` texts replace those on disk."""

    def __init__(self, root: Path, unsaved: Optional[dict[str, str]] = None) -> None:
        modules: dict[str, Module] = {}
        super().__init__(modules, set())
        texts = unsaved or {}
        for path in dict.fromkeys([*python_files(root), *texts]):
            if len(modules) >= MAX_FILES:
                self.problems.append((path, 1, f"the workspace has more than {MAX_FILES} Python files"))
                break
            try:
                source = read(root, path, texts.get(path))
                modules[path] = Module(path, source, parse(source), self.bindings_of)
            except Unusable as problem:
                self.problems.append((path, problem.line, problem.reason))
        self.folders = folders_of(modules)
        # A module's name depends on how others import it, so all bindings are found first.
        for module in modules.values():
            _ = module.bindings


def read(root: Path, path: str, unsaved: Optional[str]) -> str:
    """The text of a file with `\n` at the ends of lines; raises Unusable where there is none."""
    try:
        data = (root / path).read_bytes() if unsaved is None else unsaved.encode("utf-8", "surrogatepass")
    except OSError as error:
        raise Unusable(1, f"the file cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise Unusable(1, f"the file is larger than {MAX_FILE_BYTES} bytes")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Unusable(1, "the file is not UTF-8") from error


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


@lru_cache(maxsize=512)
def imports_of(tree: ast.Module) -> "list[tuple[Union[ast.Import, ast.ImportFrom], bool]]":
    return list(import_statements(tree))


def import_statements(tree: ast.AST) -> Iterator[tuple[Union[ast.Import, ast.ImportFrom], bool]]:
    """Every import below a node, and whether running the node's own statements needs it to succeed."""
    pending: list[tuple[ast.AST, bool]] = [(tree, True)]
    for node, required in pending:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.Import, ast.ImportFrom)):
                yield child, required
            elif not isinstance(child, ast.expr):
                certain = not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Try, ast.If))
                pending.append((child, required and certain))
