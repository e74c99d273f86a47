"""Finds checks that leave nothing behind in their process, so that one judge may run many of them."""

import ast
import functools

_BUILTINS = {
    "abs", "all", "any", "bin", "bool", "bytes", "chr", "complex", "dict", "divmod", "enumerate",
    "filter", "float", "format", "frozenset", "hash", "hex", "int", "isinstance", "issubclass",
    "iter", "len", "list", "map", "max", "min", "next", "oct", "ord", "pow", "range", "repr",
    "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "type", "zip",
    "NotImplemented", "Ellipsis", "Exception", "ArithmeticError", "AssertionError",
    "AttributeError", "IndexError", "KeyError", "LookupError", "OverflowError", "RecursionError",
    "RuntimeError", "StopIteration", "TypeError", "ValueError", "ZeroDivisionError",
}  # fmt: skip
_MODULES = {"math", "cmath"}
"""Modules without any state."""
_REFUSED_NODES = (
    ast.ClassDef, ast.AsyncFunctionDef, ast.With, ast.AsyncWith, ast.AsyncFor, ast.Global, ast.Nonlocal,
    ast.Delete, ast.Await, ast.Yield, ast.YieldFrom,
)  # fmt: skip


@functools.lru_cache(maxsize=1024)
def are_simple(setup, sources, entry):
    """Whether statements use only the function `entry`, harmless builtins, mathematics and their own names.

    They may then run one after the other in one process: they can reach no module, file or builtin to change.
    `sources` is a tuple of the checks' texts.
    """
    try:
        trees = [ast.parse(source) for source in (setup, *sources)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    nodes = [node for tree in trees for node in ast.walk(tree)]
    own = {name for node in nodes for name in _names_made(node)}
    return all(_is_harmless(node, own | {entry}) for node in nodes)


def _names_made(node):
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.FunctionDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


def _is_harmless(node, own):
    if isinstance(node, _REFUSED_NODES):
        return False
    if isinstance(node, ast.Import):
        return all(alias.name in _MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module in _MODULES and node.level == 0
    if isinstance(node, ast.FunctionDef):
        return not node.decorator_list and not node.name.startswith("__")
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and not node.attr.startswith("_")
    if isinstance(node, ast.Name):
        return not node.id.startswith("__") and (node.id in own or node.id in _BUILTINS)
    return True
