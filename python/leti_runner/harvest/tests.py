"""The tests of a workspace: the functions that each one uses, and the runner and files that it needs."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from typing import Any, Optional, Union

from leti_runner.harvest.modules import Binding, Code, Module
from leti_runner.harvest.needs import (
    fixtures_named,
    has_parts,
    import_obstacle,
    name_chains,
    needs_pytest,
    part_names,
    wants_pytest,
)

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
#: A function or method of the workspace: file, and `f` or `Class.f`.
Target = tuple[str, str]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
TEST_CASES = ("TestCase", "IsolatedAsyncioTestCase", "AsyncTestCase", "AsyncHTTPTestCase")
#: Most classes that a test class is looked up in.
MOST_CLASSES = 20
#: Methods that a runner calls around every test of a class.
AROUND_TESTS = {
    "setUp",
    "tearDown",
    "setUpClass",
    "tearDownClass",
    "setup_method",
    "teardown_method",
    "setup_class",
    "teardown_class",
    "asyncSetUp",
    "asyncTearDown",
}


@dataclass
class Test:
    path: str
    #: `test_f` or `TestX.test_f`; for asserts at the top of a test file their source.
    name: str
    #: plain, unittest, pytest, or statements.
    runner: str
    targets: set[Target]
    #: Its own file, and the conftest files of the folders around it.
    files: list[str]
    #: Why it cannot run here; empty if it can.
    obstacle: str


@dataclass
class Unit:
    """A piece of a test module: a top-level definition or assignment, or a part of a class (`Class.part`)."""

    module: Module
    nodes: list[ast.AST]


def pytest_plugins() -> list[str]:
    """The modules of the plugins that pytest loads by itself in this interpreter."""
    points: Any = metadata.entry_points()
    # Python 3.9 has them by their groups.
    found = points.get("pytest11", ()) if isinstance(points, dict) else points.select(group="pytest11")
    return sorted({point.value.partition(":")[0].strip() for point in found})


class TestFinder:
    """Finds the tests of all test files."""

    def __init__(self, workspace: Code) -> None:
        self.workspace = workspace
        self.units: dict[str, dict[str, Unit]] = {}

    def all_tests(self) -> Iterator[Test]:
        for path in sorted(self.workspace.modules):
            module = self.workspace.modules[path]
            if module.is_test and not path.endswith("conftest.py"):
                yield from self.tests_of(module)

    def tests_of(self, module: Module) -> Iterator[Test]:
        conftests = self._conftests(module.path)
        whole_module_needs_pytest = any(needs_pytest(other) for other in [module, *conftests])
        settings = module.settings
        for node in module.tree.body:
            if isinstance(node, FUNCTIONS) and settings.is_test_function(node.name):
                runner = (
                    "pytest" if whole_module_needs_pytest or wants_pytest(node, method=False) else "plain"
                )
                yield self._test(module, conftests, node, [], runner)
            elif isinstance(node, ast.ClassDef):
                yield from self._tests_of_class(module, conftests, node, whole_module_needs_pytest)
        yield from self._module_asserts(module)

    def _tests_of_class(
        self, module: Module, conftests: list[Module], node: ast.ClassDef, needs: bool
    ) -> Iterator[Test]:
        """The tests that a class has or inherits from other classes of the workspace."""
        is_case = self._is_test_case(module, node)
        if not is_case and not module.settings.is_test_class(node.name):
            return
        lineage = self._lineage(module, node)
        around = any(has_parts(owner, AROUND_TESTS) for _, owner in lineage)
        seen: set[str] = set()
        for where, owner in lineage:
            for child in owner.body:
                named = (
                    child.name.startswith("test")
                    if is_case and isinstance(child, FUNCTIONS)
                    else isinstance(child, FUNCTIONS) and module.settings.is_test_function(child.name)
                )
                if not named or child.name in seen:
                    continue
                seen.add(child.name)
                runner = "unittest" if is_case else "plain"
                if not is_case and (
                    needs or wants_pytest(child, method=True) or node.bases or node.decorator_list or around
                ):
                    runner = "pytest"
                yield self._test(module, conftests, child, [(module, node), *lineage], runner, where)

    def _lineage(self, module: Module, node: ast.ClassDef) -> "list[tuple[Module, ast.ClassDef]]":
        """A class and those of the workspace that it inherits from, the nearest first."""
        found: list[tuple[Module, ast.ClassDef]] = []
        pending = [(module, node)]
        while pending and len(found) < MOST_CLASSES:
            where, owner = pending.pop(0)
            if any(known is owner for _, known in found):
                continue
            found.append((where, owner))
            for base in owner.bases:
                target = self.workspace.defined_by(where.path, base)
                parent = None if target is None else self.workspace.class_node(*target)
                if target is not None and parent is not None:
                    pending.append((self.workspace.modules[target[0]], parent))
        return found

    def _test(
        self,
        module: Module,
        conftests: list[Module],
        node: Function,
        lineage: "list[tuple[Module, ast.ClassDef]]",
        runner: str,
        where: Optional[Module] = None,
    ) -> Test:
        """A test of a module. A method may be written in another one: `where`."""
        targets = self._targets(where or module, conftests, node, lineage)
        files = [module.path]
        if runner == "pytest":
            files += [conftest.path for conftest in conftests]
        obstacle = import_obstacle(self.workspace, files)
        if not obstacle and runner == "pytest" and not self.workspace.installed.has("pytest"):
            obstacle = (
                "its tests use fixtures, parametrised cases or set-up functions, which need pytest: "
                "install the package pytest for the workspace's interpreter"
            )
        name = f"{lineage[0][1].name}.{node.name}" if lineage else node.name
        return Test(module.path, name, runner, targets, files, obstacle)

    def _conftests(self, path: str) -> list[Module]:
        folder = path.rsplit("/", 1)[0] if "/" in path else ""
        found = []
        while True:
            conftest = f"{folder}/conftest.py" if folder else "conftest.py"
            if conftest in self.workspace.modules:
                found.append(self.workspace.modules[conftest])
            if not folder:
                return found + self._own_plugins
            folder = folder.rsplit("/", 1)[0] if "/" in folder else ""

    @cached_property
    def _own_plugins(self) -> list[Module]:
        """Modules of the workspace that pytest loads as plugins, because the project is installed."""
        paths = (self.workspace.find("", name) for name in pytest_plugins())
        files = (self.workspace.file_of(path) for path in paths if path is not None)
        return [self.workspace.modules[file] for file in files if file is not None]

    def _is_test_case(self, module: Module, node: ast.ClassDef) -> bool:
        bases = (base for _, owner in self._lineage(module, node) for base in owner.bases)
        return any(ast.unparse(base).split(".")[-1] in TEST_CASES for base in bases)

    def _units_of(self, module: Module) -> dict[str, Unit]:
        if module.path not in self.units:
            found: dict[str, Unit] = {}
            for node in module.tree.body:
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    found[node.name] = Unit(module, [node])
                elif isinstance(node, ast.ClassDef):
                    found[node.name] = Unit(module, [node])
                    for child in node.body:
                        for name in part_names(child):
                            found.setdefault(f"{node.name}.{name}", Unit(module, [])).nodes.append(child)
                elif not isinstance(node, (ast.Import, ast.ImportFrom)):
                    for child in ast.walk(node):
                        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                            found.setdefault(child.id, Unit(module, [])).nodes.append(node)
            self.units[module.path] = found
        return self.units[module.path]

    def _targets(
        self,
        module: Module,
        conftests: list[Module],
        node: Function,
        lineage: "list[tuple[Module, ast.ClassDef]]",
    ) -> set[Target]:
        """The workspace functions that a test and the helpers and fixtures it uses refer to."""
        pending: list[tuple[Module, ast.AST]] = [(module, node)]
        pending += [
            (where, child)
            for where, owner in lineage
            for child in owner.body
            if any(name in AROUND_TESTS for name in part_names(child))
        ]
        seen: set[int] = set()
        chains: list[tuple[Module, list[str]]] = []
        attributes: set[str] = set()
        while pending:
            where, piece = pending.pop()
            if id(piece) in seen:
                continue
            seen.add(id(piece))
            own = self._units_of(where)
            named = {child.attr for child in ast.walk(piece) if isinstance(child, ast.Attribute)}
            attributes |= named
            for chain in name_chains(piece):
                unit = own.get(chain[0])
                if unit is not None:
                    pending += [(where, part) for part in unit.nodes]
                if unit is None or chain[0] in where.aliases:
                    chains.append((where, chain))
            for holder, owner in lineage:
                # `self.part`, `cls.part`, `type(self).part`.
                for name in named:
                    unit = self._units_of(holder).get(f"{owner.name}.{name}")
                    if unit is not None:
                        pending += [(holder, part) for part in unit.nodes]
            if isinstance(piece, FUNCTIONS):
                arguments = [argument.arg for argument in (*piece.args.args, *piece.args.kwonlyargs)]
                for name in [*arguments, *fixtures_named(piece)]:
                    for holder in [where, *conftests]:
                        unit = self._units_of(holder).get(name)
                        if unit is not None:
                            pending += [(holder, part) for part in unit.nodes]
                            break
        targets: set[Target] = set()
        for where, chain in chains:
            targets |= self._resolve(where, chain, attributes)
        return targets

    def _resolve(self, module: Module, chain: list[str], attributes: set[str]) -> set[Target]:
        """What a dotted name of a test module refers to; for a class, its methods that the test names."""
        targets: set[Target] = set()
        for binding in module.bindings:
            if binding.location is None or binding.local not in (chain[0], "*"):
                continue
            if binding.symbol is None:
                found = self._in_module(module, binding, chain[1:])
            else:
                file = self.workspace.file_of(binding.location)
                symbol = chain[0] if binding.symbol == "*" else binding.symbol
                found = None if file is None else self.workspace.definition(file, symbol)
            if found is not None:
                targets |= self._members(found, attributes)
        return targets

    def _in_module(self, module: Module, binding: Binding, rest: list[str]) -> Optional[Target]:
        location = binding.location or ""
        while rest:
            below = f"{location}/{rest[0]}"
            file = self.workspace.file_of(location)
            found = None if file is None else self.workspace.definition(file, rest[0])
            if found is not None:
                return found
            if not self.workspace.exists(below):
                return None
            location, rest = below, rest[1:]
        return None

    def _members(self, found: Target, attributes: set[str], depth: int = 5) -> set[Target]:
        path, name = found
        node = self.workspace.class_node(path, name)
        if node is None:
            return {found}
        targets = {
            (path, f"{name}.{part}")
            for child in node.body
            for part in part_names(child)
            if part in attributes
        }
        targets |= {
            # `alias = method` in the class.
            (path, f"{name}.{child.value.id}")
            for child in node.body
            if isinstance(child, ast.Assign) and isinstance(child.value, ast.Name)
            if attributes.intersection(part_names(child))
        }
        if depth:
            for base in node.bases:
                parent = self.workspace.defined_by(path, base)
                if parent is not None and parent != found:
                    targets |= self._members(parent, attributes, depth - 1)
        return targets

    def _module_asserts(self, module: Module) -> Iterator[Test]:
        """Asserts at the top of a test file, one test each for every file whose functions they use."""
        for node in module.tree.body:
            if not isinstance(node, ast.Assert):
                continue
            targets: set[Target] = set()
            for chain in name_chains(node):
                targets |= self._resolve(module, chain, set(chain[1:]))
            for path in sorted({target[0] for target in targets}):
                source = self._as_statements(module, node, path)
                obstacle = (
                    "asserts at the top of its test file use names that only exist there: "
                    "put them into a test function"
                )
                yield Test(module.path, source, "statements", targets, [], "" if source else obstacle)

    def _as_statements(self, module: Module, node: ast.Assert, path: str) -> str:
        """An assert as it can run in the namespace of the module under test; empty if it cannot."""
        lines: list[str] = []
        own = {
            child.id
            for child in ast.walk(node)
            if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load)
        }
        for chain in name_chains(node):
            if chain[0] in own or hasattr(builtins, chain[0]):
                continue
            binding = next((one for one in module.bindings if one.local == chain[0]), None)
            if binding is None:
                return ""
            if binding.location is None:
                lines.append(ast.unparse(binding.statement))
            elif binding.symbol != chain[0] or self.workspace.file_of(binding.location) != path:
                return ""
        return "\n".join([*dict.fromkeys(lines), ast.unparse(node)])
