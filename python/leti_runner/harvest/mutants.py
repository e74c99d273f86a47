"""Wrong bodies for a function, to find out whether its checks would notice.

Run as `python -m leti_runner.harvest.mutants`: reads one line of JSON `{"modules": {path: source},
"bodies": [[path, first line, last line], ...]}` from standard input and prints, for each body,
`{"constants": [...], "mutants": [...]}`, each of them the text of a whole body. Nothing of the modules is
run.
"""

import ast
import json
import sys
import warnings
from collections.abc import Iterator
from typing import NamedTuple, Optional, Union

#: Most wrong bodies per function; each one costs a run of its checks.
MAX_MUTANTS = 8
MAX_CONSTANTS = 5
Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
}  # fmt: skip


class Change(NamedTuple):
    """One piece of a body replaced by another text."""

    kind: str
    node: ast.AST
    text: str


class Text:
    """A module whose places are named by lines and by columns in bytes, as `ast` has them."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = source.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        text = self.lines[line - 1]
        inside = column if text.isascii() else len(text.encode()[:column].decode("utf-8", "ignore"))
        return self._starts[line - 1] + inside

    def replaced(self, change: Change, first: int, last: int) -> str:
        """The lines from `first` to `last` with a change made."""
        node = change.node
        start = self.offset(node.lineno, node.col_offset)
        end = self.offset(node.end_lineno, node.end_col_offset)
        return (
            self.source[self._starts[first - 1] : start]
            + change.text
            + self.source[end : self._starts[last] - 1]
        )


def wrong_bodies(text: Text, tree: ast.Module, first: int, last: int) -> "dict[str, list[str]]":
    """Bodies that give a constant, and bodies with one small change, for the function whose body is given."""
    function = function_at(tree, first)
    if function is None:
        return {"constants": [], "mutants": []}
    statements = [statement for statement in function.body if statement.lineno >= first]
    margin = text.lines[statements[0].lineno - 1][: statements[0].col_offset] if statements else "    "
    mutants = (text.replaced(change, first, last) for change in spread(list(changes_of(statements))))
    constants = [f"{margin}{constant}" for constant in constants_of(function, statements, margin)]
    return {
        "constants": constants,
        "mutants": [body for body in mutants if parses(body) and body not in constants][:MAX_MUTANTS],
    }


def function_at(tree: ast.Module, first: int) -> Optional[Function]:
    """The function at the top of a module or a class whose body begins at a line."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    found = None
    for node in [*tree.body, *(child for owner in classes for child in owner.body)]:
        is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        inside = is_function and node.lineno < first <= (node.end_lineno or 0)
        if inside and (found is None or node.lineno > found.lineno):
            found = node
    return found


def changes_of(statements: "list[ast.stmt]") -> Iterator[Change]:
    pending: list[ast.AST] = list(reversed(statements))
    returns = sum(isinstance(node, ast.Return) for statement in statements for node in ast.walk(statement))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        # Before Python 3.12 the parts of an f-string have no positions of their own.
        if not isinstance(node, ast.JoinedStr):
            pending += reversed(list(ast.iter_child_nodes(node)))
        yield from changes_at(node, returns)


def changes_at(node: ast.AST, returns: int) -> Iterator[Change]:
    """The changes of one node. Expressions are put in brackets, so that they stay one operand."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        other = COMPARISONS[type(node.ops[0])]()
        yield Change(
            "comparison", node, f"({ast.unparse(ast.Compare(node.left, [other], node.comparators))})"
        )
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS and not is_text(node.left):
        other = OPERATORS[type(node.op)]()
        yield Change("operator", node, f"({ast.unparse(ast.BinOp(node.left, other, node.right))})")
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield Change("boolean", node, f"({ast.unparse(ast.BoolOp(other, node.values))})")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield Change("boolean", node, f"({ast.unparse(node.operand)})")
    elif isinstance(node, (ast.If, ast.IfExp)):
        yield Change("condition", node.test, f"(not ({ast.unparse(node.test)}))")
    elif isinstance(node, ast.Constant):
        other_value = another(node.value)
        if other_value is not None:
            yield Change("constant", node, other_value)
    elif isinstance(node, ast.Return) and node.value is not None and returns > 1:
        yield Change("return", node, "return None")
    elif isinstance(node, (ast.Break, ast.Continue, ast.Raise, ast.AugAssign)) or is_effect(node):
        yield Change("statement", node, "pass")


def is_text(node: ast.AST) -> bool:
    """Whether a node is certainly text, for which a changed operator would be an error in every run."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
    )


def is_effect(node: ast.AST) -> bool:
    """Whether a statement only has an effect: without it all names stay defined."""
    if isinstance(node, ast.Assign):
        return all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Await))


def another(value: object) -> Optional[str]:
    if isinstance(value, bool):
        return repr(not value)
    if isinstance(value, (int, float)):
        return f"({value + 1!r})"
    if isinstance(value, str):
        return repr("" if value else "x")
    return None


def spread(changes: "list[Change]") -> Iterator[Change]:
    """Orders changes: one of each kind in turn, and in a kind the first, the last, then those between."""
    kinds: dict[str, list[Change]] = {}
    for change in changes:
        kinds.setdefault(change.kind, []).append(change)
    while any(kinds.values()):
        for own in kinds.values():
            if own:
                yield own.pop(0)
        for own in kinds.values():
            if own:
                own.reverse()


def constants_of(function: Function, statements: "list[ast.stmt]", margin: str) -> "list[str]":
    """Statements that return a value without work: constants that the body returns, and common values."""
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(statements)):
        return [f"return\n{margin}yield"]
    returned = [
        node.value
        for node in own_nodes(statements)
        if isinstance(node, ast.Return) and node.value is not None
    ]
    values = [ast.unparse(value) for value in returned if is_plain(value)]
    common = ["True", "False", "0", "''", "[]"]
    arguments = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    found = dict.fromkeys([*values[:2], *common, *arguments[:1]])
    # A body that only returns this value is right with it.
    whole = ast.unparse(returned[0]) if len(returned) == len(statements) == 1 else None
    chosen = [value for value in found if value not in (whole, "None")]
    return [f"return {value}" for value in dict.fromkeys([*chosen[: MAX_CONSTANTS - 1], chosen[-1]])]


def is_plain(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant)


def own_nodes(statements: "list[ast.stmt]") -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions and classes inside it."""
    pending: list[ast.AST] = list(statements)
    while pending:
        node = pending.pop(0)
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            pending += ast.iter_child_nodes(node)


def parses(body: str) -> bool:
    """Whether a changed body is still Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(f"async def _():\n{body}")
    except (SyntaxError, ValueError):
        return False
    return True


def answer(request: dict) -> "list[dict[str, list[str]]]":
    parsed: dict[str, tuple[Text, ast.Module]] = {}
    found = []
    for path, first, last in request["bodies"]:
        if path not in parsed:
            source = request["modules"][path]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                parsed[path] = Text(source), ast.parse(source)
        found.append(wrong_bodies(*parsed[path], first, last))
    return found


if __name__ == "__main__":
    json.dump(answer(json.loads(sys.stdin.readline())), sys.stdout)
