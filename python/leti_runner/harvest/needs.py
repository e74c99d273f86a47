"""Finds the names that test code refers to, and the runner that it needs."""

import ast
from collections.abc import Iterable
from typing import Union

from leti_runner.harvest.modules import Code, Module

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
#: Functions that only pytest calls.
PYTEST_HOOKS = {"setup_module", "teardown_module", "setup_function", "teardown_function"}


def needs_packages(names: list[str]) -> str:
    listed = ", ".join(names)
    return f"importing its tests or its module needs {listed}: install it for the workspace's interpreter"


def import_obstacle(code: Code, paths: Iterable[str]) -> str:
    """Why importing these files must fail here; empty if nothing says so."""
    paths = list(paths)
    missing = sorted({name for path in paths for name in code.missing_packages(path)})
    if missing:
        return needs_packages(missing)
    elsewhere = {name: folder for path in paths for name, folder in code.unreadable_packages(path).items()}
    if elsewhere:
        name, folder = next(iter(sorted(elsewhere.items())))
        return (
            f"importing its tests or its module needs {name}, which is installed from {folder}: "
            "programs may not read that folder, so open a folder that holds both, or install it without -e"
        )
    unmade = sorted({name for path in paths for name in code.unmade_modules(path)})
    compiled = [name.replace("/", ".") for name in unmade if name in code.compiled]
    if compiled:
        return (
            f"importing its tests or its module needs the compiled module {', '.join(compiled)}: "
            "programs get the workspace's Python files alone"
        )
    if unmade:
        files = ", ".join(f"{name}.py" for name in unmade)
        return f"importing its tests or its module needs {files}, which is not there: build the project first"
    return ""


def needs_pytest(module: Module) -> bool:
    """Whether a test module or conftest has parts, such as fixtures and hooks, that only pytest calls."""
    for node in module.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.name in PYTEST_HOOKS:
                return True
            if any("autouse=True" in ast.unparse(decorator) for decorator in node.decorator_list):
                return True
        elif isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            return True
    return False


def wants_pytest(node: Function, method: bool) -> bool:
    """Whether a test takes fixtures or cases, or is a coroutine."""
    if isinstance(node, ast.AsyncFunctionDef):
        return True
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    if any(text.startswith(("pytest.", "mark.", "parametrize")) for text in decorators):
        return True
    required = len(node.args.args) - len(node.args.defaults) - (1 if method else 0)
    handed = sum(map(_arguments_of, node.decorator_list))
    return required > handed or any(default is None for default in node.args.kw_defaults)


def fixtures_named(node: Function) -> list[str]:
    """The fixtures that `usefixtures` asks for."""
    calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
    asked = [call for call in calls if ast.unparse(call.func).split(".")[-1] == "usefixtures"]
    values = [
        argument.value for call in asked for argument in call.args if isinstance(argument, ast.Constant)
    ]
    return [value for value in values if isinstance(value, str)]


def _arguments_of(decorator: ast.expr) -> int:
    """How many arguments a decorator may pass: hypothesis' `given` its own, others like mock.patch one."""
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).split(".")[-1] == "given":
        return len(decorator.args) + len(decorator.keywords)
    return 1


def has_parts(node: ast.ClassDef, names: set[str]) -> bool:
    return any(name in names for child in node.body for name in part_names(child))


def part_names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return [
            child.id
            for child in ast.walk(node)
            if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load)
        ]
    return []


def name_chains(node: ast.AST) -> list[list[str]]:
    """The dotted names that a piece of code reads: `a`, `a.b`, `a.b.c`."""
    found: list[list[str]] = []
    pending: list[ast.AST] = [node]
    while pending:
        current = pending.pop()
        parts: list[str] = []
        inner = current
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            found.append([inner.id, *reversed(parts)])
            continue
        pending += list(ast.iter_child_nodes(current))
    return found
