"""Reads and parses one Python file, and walks over its statements."""

import ast
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Optional, Union

from leti_runner.harvest.files import MAX_FILE_BYTES


class Unusable(Exception):
    """A file that cannot be read or parsed as Python."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


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


def statements_of(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of a module, with those in `if` and `try` at its top; later ones win."""
    pending = list(reversed(tree.body))
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.If):
            pending += reversed([*node.orelse, *node.body])
        elif isinstance(node, ast.Try):
            handlers = [child for handler in node.handlers for child in handler.body]
            pending += reversed([*handlers, *node.body, *node.orelse])


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
