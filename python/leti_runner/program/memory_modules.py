"""Imports of the program, its helpers and its tests from memory, never from the workspace on disk."""

import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys


class JobFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the job's files to imports, before anything that is installed.

    A name that belongs to the job is never looked for on the disk. An installed or editable copy of the
    workspace's package would hold the body that the task masks.
    """

    def __init__(self, sources, names, roots=()):
        """`sources`: text by path, the main module included; `names`: path by module where the job says.

        `roots`: more folders below which modules are found.
        """
        self._roots = roots
        self._sources = {}
        self._paths = {}
        self._packages = set()
        self._code = {}
        self.add_sources(sources, names)

    def add_sources(self, sources, names):
        """Adds files of the job, as in `__init__`; keeps the ones it has.

        Returns the names of the new modules.
        """
        self._sources.update(sources)
        found = [
            *names.items(),
            *((name, path) for path in sources for name in module_names(path, self._roots)),
        ]
        for name, path in found:
            self._paths.setdefault(name, path)
            parts = name.split(".")
            self._packages.update(".".join(parts[:end]) for end in range(1, len(parts)))
        for path in sources:
            self._register_source(path)
        return {name for name, path in found if path in sources and self._paths[name] == path}

    def move_to_front(self):
        """Puts this finder in front of those that a program or its packages have added."""
        sys.meta_path[:] = [self, *(finder for finder in sys.meta_path if finder is not self)]

    def _register_source(self, path):
        source = self._sources[path]
        linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)

    def owns(self, name):
        """Whether a dotted name is a module or package of the job."""
        return name in self._paths or name in self._packages

    def add_code(self, path, code, prepare=None):
        """Sets compiled code for a path; `prepare` gets the module's namespace before the code runs."""
        self._code[path] = code, prepare

    def find_spec(self, name, path=None, target=None):
        if name in self._paths:
            file = self._paths[name]
            package = file.endswith("__init__.py")
            spec = importlib.util.spec_from_loader(name, self, origin=file, is_package=package)
            if package:
                spec.submodule_search_locations = []
            return spec
        if name in self._packages:
            spec = importlib.machinery.ModuleSpec(name, self, is_package=True)
            spec.submodule_search_locations = []
            return spec
        if name.partition(".")[0] in self._packages:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        path = self._paths.get(module.__name__)
        if path is None:
            return
        module.__file__ = path
        code, prepare = self._code.get(path) or (None, None)
        if code is None:
            code = compile(self._sources[path], path, "exec", dont_inherit=True)
        if prepare is not None:
            prepare(module.__dict__)
        exec(code, module.__dict__)


def top_names(part):
    """First parts of the names under which the modules of a program can be imported."""
    return all_top_names([*part["files"], part["main"]], part.get("roots", ())) | {
        part["main"]["module"].partition(".")[0]
    }


def all_top_names(files, roots=()):
    return {name.partition(".")[0] for file in files for name in module_names(file["path"], roots)}


def module_names(path, roots=()):
    """Names under which a workspace file can be imported: from its root, below `src`, `tests` or `roots`."""
    parts = path[: -len(".py")].split("/")
    if parts[-1] == "__init__":
        parts.pop()
    names = []
    for start in range(len(parts)):
        if start == 0 or parts[start - 1] in ("src", "tests", "test") or "/".join(parts[:start]) in roots:
            name = ".".join(parts[start:])
            if name and name not in names and all(part.isidentifier() for part in parts[start:]):
                names.append(name)
    return names


def install_finder(sources, names, roots=()):
    """Puts a JobFinder for the job's modules in front of all finders and returns it."""
    finder = JobFinder(sources, names, roots)
    sys.meta_path.insert(0, finder)
    return finder
