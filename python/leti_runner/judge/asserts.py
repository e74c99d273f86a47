"""Compiles assert statements so that they keep the values that they compared."""

import ast

from leti_runner.program.diagnostics import ExplainedAssertionError
from leti_runner.program.values import first_difference, shown

_FAILED = "@leti_failed"
_OPERATORS = {
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_LONGEST_SOURCE = 300


def compile_with_asserts(source, path):
    """Compiles like `compile`. An assert of one comparison or one value explains itself when it fails."""
    tree = ast.parse(source, path)
    tree = ast.fix_missing_locations(_Rewriter(source).visit(tree))
    return compile(tree, path, "exec", dont_inherit=True)


def add_assert_helper(namespace):
    """Puts the function that rewritten asserts call into a namespace; no program can write its name."""
    namespace[_FAILED] = _failed


def _failed(source, message, actual, expected, difference=None):
    error = ExplainedAssertionError(*message)
    error.check_source, error.actual, error.expected, error.difference = source, actual, expected, difference
    raise error


class _Rewriter(ast.NodeTransformer):
    def __init__(self, source):
        self._source = source
        self._count = 0

    def visit_Assert(self, node):
        parts = self._parts(node.test)
        if parts is None:
            return node
        assigns, test, *values = parts
        text = " ".join((ast.get_source_segment(self._source, node) or "assert").split())[:_LONGEST_SOURCE]
        message = ast.Tuple([node.msg] if node.msg is not None else [], ast.Load())
        call = ast.Call(ast.Name(_FAILED, ast.Load()), [ast.Constant(text), message, *values], [])
        guard = ast.If(ast.UnaryOp(ast.Not(), test), [ast.Expr(call)], [])
        return [ast.copy_location(statement, node) for statement in (*assigns, guard)]

    def _parts(self, test):
        """Assignments, the test over them, texts of the actual and the expected value, their difference."""
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            left, left_value = self._keep(test.left)
            right, right_value = self._keep(test.comparators[0])
            compare = ast.Compare(left_value(), [test.ops[0]], [right_value()])
            actual, expected = left_value, right_value
            if isinstance(test.ops[0], ast.Eq):
                if _is_plain(test.left) and not _is_plain(test.comparators[0]):
                    actual, expected = right_value, left_value
                difference = _help("first_difference", actual(), expected())
                return [left, right], compare, _text(actual()), _text(expected()), difference
            word = _OPERATORS[type(test.ops[0])]
            wanted = ast.BinOp(ast.Constant(f"a value {word} "), ast.Add(), _text(right_value()))
            return [left, right], compare, _text(left_value()), wanted
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            kept, value = self._keep(test.operand)
            return [kept], ast.UnaryOp(ast.Not(), value()), _text(value()), ast.Constant("a false value")
        if isinstance(test, (ast.Call, ast.Name, ast.Attribute, ast.Subscript)):
            kept, value = self._keep(test)
            return [kept], value(), _text(value()), ast.Constant("a true value")
        return None

    def _keep(self, expression):
        self._count += 1
        name = f"@leti_{self._count}"
        return ast.Assign([ast.Name(name, ast.Store())], expression), lambda: ast.Name(name, ast.Load())


def _is_plain(node):
    """Whether an expression is a literal, so that the other side is what the program computed."""
    return not any(isinstance(part, (ast.Call, ast.Name)) for part in ast.walk(node))


def _text(value):
    return _help("shown", value)


def _help(name, *values):
    return ast.Call(ast.Attribute(ast.Name(_FAILED, ast.Load()), name, ast.Load()), list(values), [])


_failed.shown = shown
_failed.first_difference = first_difference
