"""Functions whose body can be masked, and the code that is shown before the body."""

import ast
import copy
import hashlib
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional, Union

from leti_runner.harvest.context import context_of
from leti_runner.harvest.modules import Module

MAX_BODY_LINES = 40
MAX_HEADER_LINES = 60
Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


@dataclass
class Hole:
    """A function whose body is cut out of its module."""

    path: str
    line: int
    #: `f` or `Class.f`.
    name: str
    docstring: str
    prefix: str
    indent: int
    before: str
    body: str
    after: str
    #: Hash of the function's syntax tree without its names and constants.
    template: str
    #: Hash of its arguments and its body; names and layout do not count.
    same: str


class CannotMask(Exception):
    """A function cannot be a task; the message says why."""


def functions_of(tree: ast.Module) -> Iterator[tuple[Function, Optional[ast.ClassDef]]]:
    """Top-level functions and the methods of top-level classes that are worth writing."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for child in node.body:
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) and is_writable(child):
                    yield child, node
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and is_writable(node):
            yield node, None


def is_writable(function: Function) -> bool:
    """Whether there is a body to write: no special methods, overloads, abstract methods or stubs."""
    if function.name.startswith("__") and function.name.endswith("__"):
        return False
    decorators = {
        ast.unparse(decorator).split("(")[0].split(".")[-1] for decorator in function.decorator_list
    }
    if decorators & {"overload", "abstractmethod", "abstractproperty", "fixture"}:
        return False
    return not all(is_stub(statement) for statement in function.body)


def role_of(function: Function) -> str:
    """What tells a function from others of its name: `setter`, `deleter`, `register(int)`, `overload`.

    Empty for a function that has its name alone.
    """
    for decorator in function.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        last = ast.unparse(named).split(".")[-1]
        if last == "overload" or (isinstance(named, ast.Attribute) and last in ("setter", "deleter")):
            return last
        if last == "register" and isinstance(named, ast.Attribute):
            arguments = function.args.posonlyargs + function.args.args
            first = arguments[0].annotation if arguments and call is None else None
            kinds = [first] if first is not None else (call.args if call is not None else [])
            return f"{ast.unparse(named)}({', '.join(map(ast.unparse, kinds))})"
    return ""


def full_name(name: str, role: str) -> str:
    """A name that no other function of the module has."""
    return f"{name}[{role}]" if role else name


def is_stub(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Raise) and "NotImplemented" in ast.unparse(statement)


def mask(module: Module, function: Function, owner: Optional[ast.ClassDef]) -> Hole:
    """Cuts the body out. Raises CannotMask where that is not possible."""
    lines = module.source.split("\n")
    colon_line, colon_column = header_end(lines, function)
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    statements = function.body[1:] if has_docstring else function.body
    if statements[0].lineno == colon_line or (has_docstring and first.lineno == colon_line):
        if has_docstring or function.end_lineno != colon_line:
            raise CannotMask("its body begins on the line of its header")
        head = lines[: colon_line - 1] + [lines[colon_line - 1][:colon_column]]
        margin = leading_space(lines[function.lineno - 1])
        body = [f"{margin}    {lines[colon_line - 1][colon_column:].strip()}"]
        indent = len(margin) + 4
        shown = head[first_line(function) - 1 :]
    else:
        begin = (first.end_lineno or colon_line) if has_docstring else colon_line
        column = end_column(lines, first) if has_docstring else colon_column
        rest = lines[begin - 1][column:].strip()
        if statements[0].lineno == begin or not (rest == "" or rest.startswith("#")):
            raise CannotMask("its body begins on the line of its docstring")
        head = lines[:begin]
        body = lines[begin : function.end_lineno]
        while body[0].strip() == "":
            body = body[1:]
        indent = len(leading_space(lines[statements[0].lineno - 1]))
        shown = lines[first_line(function) - 1 : begin - 1] + [lines[begin - 1][:column]]
    if len(shown) > MAX_HEADER_LINES:
        raise CannotMask(f"its header and docstring have more than {MAX_HEADER_LINES} lines")
    if len(body) > MAX_BODY_LINES:
        raise CannotMask(f"its body has more than {MAX_BODY_LINES} lines")
    context = context_of(module, lines, function, owner)
    return Hole(
        path=module.path,
        line=function.lineno,
        name=function.name if owner is None else f"{owner.name}.{function.name}",
        docstring=ast.get_docstring(function) or "",
        prefix=context + "\n".join(line.rstrip() for line in shown),
        indent=indent,
        before="\n".join(head) + "\n",
        body="\n".join(body),
        after="\n".join(lines[function.end_lineno :]),
        template=template_of(function),
        same=same_body(function, owner),
    )


def header_end(lines: list[str], node: Union[Function, ast.ClassDef]) -> tuple[int, int]:
    """Line (from 1) and column behind the colon of a `def` or `class`."""
    source = io.StringIO("\n".join(lines[node.lineno - 1 : node.end_lineno]) + "\n")
    depth = 0
    for token in tokenize.generate_tokens(source.readline):
        if token.type == tokenize.OP:
            if token.string in "([{":
                depth += 1
            elif token.string in ")]}":
                depth -= 1
            elif token.string == ":" and depth == 0:
                return node.lineno + token.end[0] - 1, token.end[1]
    raise CannotMask("its header cannot be read")


def first_line(node: Union[Function, ast.ClassDef]) -> int:
    return min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])


def end_column(lines: list[str], node: ast.stmt) -> int:
    """The column, in characters, behind a statement; ast counts bytes."""
    line = lines[(node.end_lineno or node.lineno) - 1]
    return len(line.encode("utf-8")[: node.end_col_offset].decode("utf-8", errors="ignore"))


def leading_space(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


class NameBlanker(ast.NodeTransformer):
    """Replaces local names and constants, in which two functions of one template differ."""

    def __init__(self, local: "set[str]") -> None:
        self.local = local

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name("_" if node.id in self.local else node.id, node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg("_", None)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(type(node.value).__name__)


def same_body(function: Function, owner: Optional[ast.ClassDef]) -> str:
    """Hash of what a function does, without its name, docstring and comments."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    bases = [] if owner is None else [ast.dump(base) for base in owner.bases]
    parts = [type(function).__name__, *bases, ast.dump(function.args), *map(ast.dump, body)]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def template_of(function: Function) -> str:
    node = copy.deepcopy(function)
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
    node.decorator_list = []
    node.returns = None
    local = {child.arg for child in ast.walk(node) if isinstance(child, ast.arg)}
    local |= {
        child.id
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load)
    }
    local.add(node.name)
    node.name = "_"
    return hashlib.sha256(ast.dump(NameBlanker(local).visit(node)).encode()).hexdigest()[:16]
