"""The Python files of a workspace and their imports of each other. This module imports none of them."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Callable, Optional, Union

from leti_runner.harvest.files import compiled_files, is_test_file, python_files
from leti_runner.harvest.installed import Installed
from leti_runner.harvest.settings import Settings, SettingsFinder
from leti_runner.harvest.syntax import Unusable, imports_of, parse, read, statements_of

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
    #: pytest's settings for this file.
    settings: Settings = field(default_factory=Settings)
    #: Top-level functions and classes by name; the last one if several have the name.
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    #: What top-level names are assigned, where that can lead to a definition: a name, an attribute or a call.
    aliases: dict[str, ast.expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in statements_of(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.definitions[node.name] = node
            elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute, ast.Call)):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
                self.aliases.update(dict.fromkeys(names, node.value))

    @cached_property
    def bindings(self) -> list[Binding]:
        """The names that its imports bind, found on first use."""
        return list(self.resolve(self))

    @property
    def is_test(self) -> bool:
        return is_test_file(self.path) or self.settings.names_test_file(self.path)


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

    def __init__(self, modules: Mapping[str, Module], folders: set[str], installed: Installed) -> None:
        self.modules = modules
        self.folders = folders
        self.installed = installed
        #: Files that could not be used: path, line, reason.
        self.problems: list[tuple[str, int, str]] = []
        self._closures: dict[tuple[str, bool], set[str]] = {}
        self._definitions: dict[tuple[str, str], Optional[tuple[str, str]]] = {}
        self._needed: dict[str, list[str]] = {}
        #: The dotted names under which each file is imported.
        self.imported_as: dict[str, list[str]] = {}
        self.settings = SettingsFinder(None)
        #: Compiled modules and their sources: paths without the endings.
        self.compiled: set[str] = set()
        self._roots: dict[str, list[str]] = {}

    def package_root(self, path: str) -> str:
        """The first folder above a file that is no package; `` for the workspace itself."""
        folder = path.rsplit("/", 1)[0] if "/" in path else ""
        while folder and f"{folder}/__init__.py" in self.modules:
            folder = folder.rsplit("/", 1)[0] if "/" in folder else ""
        return folder

    def roots(self, path: str) -> list[str]:
        """The folders in which absolute imports of a file are looked up, in order."""
        folder = path.rsplit("/", 1)[0] if "/" in path else ""
        if folder not in self._roots:
            found = [self.package_root(path), *self.settings.of(path).import_folders]
            around = folder
            while True:
                found += [around, *self._sources_in(around)]
                if not around:
                    break
                around = around.rsplit("/", 1)[0] if "/" in around else ""
            self._roots[folder] = [
                root for root in dict.fromkeys(found) if not root or f"{root}/__init__.py" not in self.modules
            ]
        return self._roots[folder]

    def _sources_in(self, folder: str) -> list[str]:
        return [place for place in (joined(folder, "src"),) if place in self.folders]

    @cached_property
    def all_roots(self) -> list[str]:
        """All folders that hold a package of the workspace, but for its tests; the outermost first."""
        roots = {
            self.package_root(path)
            for path, module in self.modules.items()
            if path.endswith("/__init__.py") and not module.is_test
        }
        return sorted(roots, key=lambda root: (root.count("/"), root))

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
        for root in self._roots_of(importer, parts[0]):
            top = joined(root, parts[0])
            location = joined(root, "/".join(parts))
            if not self.exists(location) or not (self.file_of(top) or top in self.folders):
                continue
            file = self.file_of(location)
            # A real module comes before a folder that is no package, unless it lies in that folder.
            if self.file_of(top) is None and file is None and self.installed.has(parts[0]):
                continue
            if file is not None:
                names = self.imported_as.setdefault(file, [])
                if dotted not in names:
                    names.append(dotted)
            return location
        places = (joined(root, "/".join(parts)) for root in self.roots(importer))
        return next((place for place in places if place in self.compiled), None)

    def _roots_of(self, importer: str, top: str) -> Iterator[str]:
        """Where a file's import is looked up: near the file, then in the packages beside its own."""
        yield from self.roots(importer)
        if not self.installed.has(top):
            yield from self.all_roots

    def module_name(self, path: str) -> str:
        """The dotted name of a file: as tests and other files import it, else by its place."""
        names = self.imported_as.get(path)
        if names:
            return names[0]
        root = self.package_root(path)
        sources = [place for place in self.roots(path) if place.rsplit("/", 1)[-1] == "src"]
        sources += self.settings.of(path).import_folders
        around = [place for place in sources if path.startswith(f"{place}/")]
        if around:
            # Folders without `__init__.py` on the way are packages too.
            root = max(around, key=len)
        elif root == (path.rsplit("/", 1)[0] if "/" in path else "") and not self.modules[path].is_test:
            root = ""
        inner = path[len(root) + 1 :] if root else path
        inner = inner[: -len("/__init__.py")] if inner.endswith("/__init__.py") else inner[: -len(".py")]
        return inner.replace("/", ".")

    def import_roots(self, paths: Iterable[str]) -> list[str]:
        """The folders below which these files are imported, but for those where the runner looks anyway."""
        found = set()
        for path in paths:
            bare = path[: -len("/__init__.py")] if path.endswith("/__init__.py") else path[: -len(".py")]
            for dotted in self.imported_as.get(path, ()):
                inner = dotted.replace(".", "/")
                if bare.endswith(f"/{inner}"):
                    found.add(bare[: -len(inner) - 1])
        return sorted(root for root in found if root.rsplit("/", 1)[-1] not in ("src", "tests", "test"))

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
        """File and name of the definition of a function, class or method that a file knows by a name.

        An instance of a class is known as its class.
        """
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
        value = self.modules[path].aliases.get(name)
        return None if value is None else self.defined_by(path, value)

    def defined_by(self, path: str, value: ast.expr) -> Optional[tuple[str, str]]:
        """The definition that an expression of a file leads to: an alias, an instance, a wrapped function."""
        if isinstance(value, ast.Name):
            return self.definition(path, value.id)
        if isinstance(value, ast.Call):
            # An instance, or a function that a decorator or `partial` makes of another one.
            wrapped = [
                argument for argument in value.args[:1] if isinstance(argument, (ast.Name, ast.Attribute))
            ]
            called = self.defined_by(path, value.func)
            if called is not None and self.class_node(*called) is not None:
                return called
            found = self.defined_by(path, wrapped[0]) if wrapped else None
            return found or called
        if isinstance(value, ast.Subscript):
            return self.defined_by(path, value.value)
        if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
            return self._attribute(path, value.value.id, value.attr)
        return None

    def _attribute(self, path: str, name: str, attribute: str) -> Optional[tuple[str, str]]:
        for binding in self.modules[path].bindings:
            if binding.local == name and binding.symbol is None and binding.location is not None:
                file = self.file_of(binding.location)
                return None if file is None or file == path else self.definition(file, attribute)
        owner = self.definition(path, name)
        if owner is None or self.class_node(*owner) is None:
            return None
        return owner[0], f"{owner[1]}.{attribute}"

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
        return [top for top in self._needed_packages(path) if not self.installed.has(top)]

    def unreadable_packages(self, path: str) -> dict[str, str]:
        """Packages that importing a file needs and that programs may not read, with their folders."""
        folders = {top: self.installed.unreadable_folder(top) for top in self._needed_packages(path)}
        return {top: folder for top, folder in folders.items() if folder is not None}

    def _needed_packages(self, path: str) -> list[str]:
        """Top-level names of the packages from elsewhere without which importing a file fails."""
        if path not in self._needed:
            self._needed[path] = sorted(
                {
                    binding.top
                    for loaded in self.closure(path, required=True)
                    for binding in self.modules[loaded].bindings
                    if binding.required and binding.top and binding.location is None
                }
            )
        return self._needed[path]

    def unmade_modules(self, path: str) -> list[str]:
        """Modules of the workspace that importing a file needs and that are no Python files here.

        Given by their paths without ending: compiled ones, and files that a build would write.
        """
        found = set()
        for loaded in self.closure(path, required=True):
            for binding in self.modules[loaded].bindings:
                location = binding.location
                if not binding.required or location is None:
                    continue
                if not self.exists(location):
                    found.add(location)
                elif binding.symbol is not None and joined(location, binding.symbol) in self.compiled:
                    # A Python file of that name would have been the location.
                    found.add(joined(location, binding.symbol))
        return sorted(found)


class Workspace(Code):
    """All Python files below a folder, parsed by this interpreter; `unsaved` texts replace those on disk."""

    def __init__(self, root: Path, unsaved: Optional[dict[str, str]] = None) -> None:
        modules: dict[str, Module] = {}
        super().__init__(modules, set(), Installed(root))
        texts = unsaved or {}
        self.settings = SettingsFinder(root)
        self.compiled = compiled_files(root)
        for path in dict.fromkeys([*python_files(root), *texts]):
            if len(modules) >= MAX_FILES:
                self.problems.append((path, 1, f"the workspace has more than {MAX_FILES} Python files"))
                break
            try:
                source = read(root, path, texts.get(path))
                modules[path] = Module(path, source, parse(source), self.bindings_of, self.settings.of(path))
            except Unusable as problem:
                self.problems.append((path, problem.line, problem.reason))
        self.folders = folders_of(modules)
        # A module's name depends on how others import it, so all bindings are found first.
        for module in modules.values():
            _ = module.bindings


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
