"""Finds the parts of a module that a function uses: imports, constants, helpers, and its class."""

import ast
from typing import Optional, Union

from leti_runner.harvest.modules import Module

#: Lines of context that are shown before a function.
MAX_LINES = 60
#: Of a longer helper, in lines, only signature and docstring are shown.
MAX_HELPER_LINES = 15
#: Longer docstrings of helpers and classes are left out.
MAX_DOCSTRING_LINES = 8
Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def context_of(module: Module, lines: list[str], function: Function, owner: Optional[ast.ClassDef]) -> str:
    """The code to show before a function's own text, with blank lines between its parts; may be empty."""
    used = names_in(function)
    inside = ""
    if owner is not None:
        inside, more = class_context(lines, function, owner)
        used = used + more
    budget = MAX_LINES - inside.count("\n")
    hidden = {owner.name if owner is not None else function.name}
    outside = module_context(module, lines, used, hidden, budget)
    return (outside + "\n\n\n" if outside else "") + inside


def module_context(module: Module, lines: list[str], used: list[str], hidden: set[str], budget: int) -> str:
    """The statements that define the used names, and those that they use in turn, in the module's order."""
    bound = bindings_of(module.tree)
    pending = list(dict.fromkeys(used))
    done: set[str] = set(hidden)
    shown: dict[int, tuple[ast.stmt, list[str]]] = {}
    for statement in module.tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            shown[statement.lineno] = (statement, source_lines(lines, statement))
    while pending:
        name = pending.pop(0)
        if name in done:
            continue
        done.add(name)
        for statement in bound.get(name, []):
            if statement.lineno in shown:
                continue
            for text, names in versions(lines, statement):
                if len(text) <= budget:
                    shown[statement.lineno] = (statement, text)
                    budget -= len(text) + 1
                    pending += [used_name for used_name in names if used_name not in done]
                    break
    result = ""
    previous: Optional[ast.stmt] = None
    for _, (statement, text) in sorted(shown.items()):
        if previous is not None:
            result += separator(previous, statement)
        result += "\n".join(text)
        previous = statement
    return result


def versions(lines: list[str], statement: ast.stmt) -> list[tuple[list[str], list[str]]]:
    """The forms in which a statement can be shown, the longest first: lines, and the names that they use."""
    whole = source_lines(lines, statement)
    found = []
    if len(whole) <= MAX_HELPER_LINES:
        found.append((whole, names_in(statement)))
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        found.append((signature(lines, statement), names_in(statement.args)))
    elif isinstance(statement, ast.ClassDef):
        text = class_header(lines, statement)
        for child in statement.body:
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                text += ["", *signature(lines, child)]
            elif isinstance(child, (ast.Assign, ast.AnnAssign)):
                text += source_lines(lines, child)
        found.append((text, [name for base in statement.bases for name in names_in(base)]))
    return found


def class_context(lines: list[str], function: Function, owner: ast.ClassDef) -> tuple[str, list[str]]:
    """The class around a method (header, fields, `__init__`, signatures of what it calls) and its names."""
    called = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    text = class_header(lines, owner)
    names = [name for part in (*owner.bases, *owner.decorator_list) for name in names_in(part)]
    for child in owner.body:
        if isinstance(child, (ast.Assign, ast.AnnAssign)) and len(text) < MAX_LINES // 2:
            text += source_lines(lines, child)
            names += names_in(child)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) and child is not function:
            if child.name == "__init__":
                whole = source_lines(lines, child)
                text += ["", *(whole if len(whole) <= MAX_HELPER_LINES else signature(lines, child))]
                names += names_in(child)
            elif child.name in called and len(text) < MAX_LINES // 2:
                text += ["", *signature(lines, child)]
                names += names_in(child.args)
    return "\n".join(text) + "\n\n", names


def class_header(lines: list[str], node: ast.ClassDef) -> list[str]:
    """From the decorators to the docstring, or to the line before the first statement."""
    end = start_of(node.body[0]) - 1
    if ast.get_docstring(node) is not None and (node.body[0].end_lineno or 0) - end <= MAX_DOCSTRING_LINES:
        end = node.body[0].end_lineno or end
    text = lines[start_of(node) - 1 : end]
    while text and text[-1].strip() == "":
        text = text[:-1]
    return text


def signature(lines: list[str], node: Function) -> list[str]:
    """Header and docstring of a function, and `...` for the rest."""
    first = node.body[0]
    end = first.lineno - 1
    if ast.get_docstring(node) is not None and (first.end_lineno or 0) - end <= MAX_DOCSTRING_LINES:
        end = first.end_lineno or end
    text = lines[start_of(node) - 1 : end]
    if first.lineno == node.lineno:
        return source_lines(lines, node)
    margin = lines[first.lineno - 1][: first.col_offset]
    return [*text, f"{margin}..."]


def source_lines(lines: list[str], node: ast.stmt) -> list[str]:
    return lines[start_of(node) - 1 : node.end_lineno]


def start_of(node: ast.stmt) -> int:
    if isinstance(node, DEFINITIONS):
        return min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
    return node.lineno


def separator(before: ast.stmt, after: ast.stmt) -> str:
    if isinstance(before, DEFINITIONS) or isinstance(after, DEFINITIONS):
        return "\n\n\n"
    imports = (ast.Import, ast.ImportFrom)
    return "\n" if isinstance(before, imports) == isinstance(after, imports) else "\n\n"


def names_in(node: ast.AST) -> list[str]:
    """Names that the code of a node reads, in the order of the code."""
    found = [
        child for child in ast.walk(node) if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load)
    ]
    return [child.id for child in sorted(found, key=lambda child: (child.lineno, child.col_offset))]


def bindings_of(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    """The top-level statements that bind each name of a module."""
    found: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in bound_names(statement):
            found.setdefault(name, []).append(statement)
    return found


def bound_names(statement: ast.stmt) -> set[str]:
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    if isinstance(statement, (ast.If, ast.Try)):
        inner = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)]
        handlers = [child for handler in getattr(statement, "handlers", []) for child in handler.body]
        return {name for child in inner + handlers for name in bound_names(child)}
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return {
            node.id
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
    return set()
