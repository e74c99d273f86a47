"""The tests of a workspace: the functions that each one uses, and the runner and files that it needs."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional, Union

from leti_runner.harvest.modules import Binding, Code, Module
from leti_runner.harvest.needs import (
    has_parts,
    name_chains,
    needs_packages,
    needs_pytest,
    part_names,
    wants_pytest,
)

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
#: A function or method of the workspace: file, and `f` or `Class.f`.
Target = tuple[str, str]
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
        for node in module.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
                runner = (
                    "pytest" if whole_module_needs_pytest or wants_pytest(node, method=False) else "plain"
                )
                yield self._test(module, conftests, node, None, runner)
            elif isinstance(node, ast.ClassDef):
                is_case = self._is_test_case(module, node)
                if not is_case and not node.name.startswith("Test"):
                    continue
                for child in node.body:
                    if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                        continue
                    if child.name.startswith("test"):
                        runner = "unittest" if is_case else "plain"
                        if not is_case and (
                            whole_module_needs_pytest
                            or wants_pytest(child, method=True)
                            or node.bases
                            or node.decorator_list
                            or has_parts(node, AROUND_TESTS)
                        ):
                            runner = "pytest"
                        yield self._test(module, conftests, child, node, runner)
        yield from self._module_asserts(module)

    def _test(
        self,
        module: Module,
        conftests: list[Module],
        node: Function,
        owner: Optional[ast.ClassDef],
        runner: str,
    ) -> Test:
        targets = self._targets(module, conftests, node, owner)
        files = [module.path]
        if runner == "pytest":
            files += [conftest.path for conftest in conftests]
        obstacle = ""
        missing = sorted({name for path in files for name in self.workspace.missing_packages(path)})
        if missing:
            obstacle = needs_packages(missing)
        elif runner == "pytest" and not self.workspace.has_package("pytest"):
            obstacle = (
                "its tests use fixtures, parametrised cases or set-up functions, which need pytest: "
                "install the package pytest for the workspace's interpreter"
            )
        name = node.name if owner is None else f"{owner.name}.{node.name}"
        return Test(module.path, name, runner, targets, files, obstacle)

    def _conftests(self, path: str) -> list[Module]:
        folder = path.rsplit("/", 1)[0] if "/" in path else ""
        found = []
        while True:
            conftest = f"{folder}/conftest.py" if folder else "conftest.py"
            if conftest in self.workspace.modules:
                found.append(self.workspace.modules[conftest])
            if not folder:
                return found
            folder = folder.rsplit("/", 1)[0] if "/" in folder else ""

    def _is_test_case(self, module: Module, node: ast.ClassDef, depth: int = 5) -> bool:
        for base in node.bases:
            name = ast.unparse(base)
            if name.split(".")[-1] in ("TestCase", "IsolatedAsyncioTestCase"):
                return True
            if depth and "." not in name:
                found = self.workspace.definition(module.path, name)
                parent = None if found is None else self.workspace.class_node(*found)
                if found is None or parent is None or parent is node:
                    continue
                if self._is_test_case(self.workspace.modules[found[0]], parent, depth - 1):
                    return True
        return False

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
        self, module: Module, conftests: list[Module], node: Function, owner: Optional[ast.ClassDef]
    ) -> set[Target]:
        """The workspace functions that a test and the helpers and fixtures it uses refer to."""
        pending: list[tuple[Module, ast.AST, Optional[str]]] = [
            (module, node, None if owner is None else owner.name)
        ]
        if owner is not None:
            pending += [
                (module, child, owner.name)
                for child in owner.body
                if any(name in AROUND_TESTS for name in part_names(child))
            ]
        seen: set[int] = set()
        chains: list[tuple[Module, list[str]]] = []
        attributes: set[str] = set()
        while pending:
            where, piece, owner_name = pending.pop()
            if id(piece) in seen:
                continue
            seen.add(id(piece))
            own = self._units_of(where)
            for chain in name_chains(piece):
                attributes.update(chain[1:])
                if chain[0] in ("self", "cls") and owner_name is not None and len(chain) > 1:
                    unit = own.get(f"{owner_name}.{chain[1]}")
                else:
                    unit = own.get(chain[0])
                if unit is not None:
                    pending += [(where, part, owner_name) for part in unit.nodes]
                else:
                    chains.append((where, chain))
            attributes.update(child.attr for child in ast.walk(piece) if isinstance(child, ast.Attribute))
            if isinstance(piece, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for argument in piece.args.args:
                    for holder in [where, *conftests]:
                        unit = self._units_of(holder).get(argument.arg)
                        if unit is not None:
                            pending += [(holder, part, None) for part in unit.nodes]
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
        if depth:
            for base in node.bases:
                parent = self.workspace.definition(path, ast.unparse(base))
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
