"""Makes places to complete from the Python files of installed packages.

    python test/bench/places/make_places.py FOLDER... --places 420 --states 160 > places.jsonl

Each line is one place: `{"id", "kind", "file", "text", "offset", "truth"}`. `text` is the file as an
editor would have it, `truth` what its author wrote at `offset`. The kinds, of which each gets an equal share:

- `header`: a compound statement in the middle of a body is missing;
- `statement`: a simple statement in the middle of a body is missing;
- `line`: the rest of a line is missing, brackets and quotes are closed as editors close them;
- `argument`: what stands between two brackets is missing;
- `body`: the body of a function is missing, its docstring is there;
- `rest`: the last statements of a body are missing;
- `member`: a method in the middle of a class is missing;
- `module`: a statement of a module is missing;
- `word`: the cursor stands in a word, the rest of the line is missing;
- `typing`: a function is typed into the file character by character; the place is a pause behind a token,
  where the file does not parse.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import io
import json
import keyword
import random
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLOSERS = {"(": ")", "[": "]", "{": "}"}
COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.FunctionDef, ast.AsyncFor, ast.AsyncWith)
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
SKIPPED = (
    tokenize.ENCODING,
    tokenize.NEWLINE,
    tokenize.NL,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.COMMENT,
)


@dataclass
class Module:
    """A parsed file. Offsets count characters."""

    name: str
    text: str
    tree: ast.Module
    starts: list[int]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line (from 1) and a column in bytes, as `ast` counts."""
        start = self.starts[line - 1]
        row = self.text[start:].split("\n", 1)[0]
        return start + len(row.encode()[:column].decode(errors="ignore"))

    def span(self, node: ast.stmt) -> tuple[int, int]:
        """From the indentation of a statement's first line, decorators included, to the end of its last."""
        decorators = getattr(node, "decorator_list", [])
        line = min([node.lineno, *(one.lineno for one in decorators)])
        return self.starts[line - 1], self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)


@dataclass
class Place:
    kind: str
    module: Module
    text: str
    offset: int
    truth: str


def read(path: Path, root: Path) -> Module | None:
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (UnicodeDecodeError, SyntaxError, ValueError):
        return None
    # Editors count other characters than Python beyond the basic plane.
    if max(text, default="") > "\uffff":
        return None
    if not 1_000 < len(text) < 40_000 or "\t" in text or "\r" in text or "\f" in text:
        return None
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return Module(str(path.relative_to(root.parent)), text, tree, starts)


def bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """All statement lists inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, FUNCTION):
            for inner in ast.walk(node):
                for name in ("body", "orelse", "finalbody"):
                    found = getattr(inner, name, None)
                    if isinstance(found, list) and found and isinstance(found[0], ast.stmt):
                        yield found


def without(module: Module, kind: str, nodes: list[ast.stmt]) -> Place | None:
    """The file without some whole statements; the cursor stands at their indentation."""
    start, end = module.span(nodes[0])[0], module.span(nodes[-1])[1]
    line = module.text[start:end]
    indent = line[: len(line) - len(line.lstrip())]
    rest = module.text[end:]
    if not (rest.startswith("\n") or rest == "") or line.strip() == "" or start == 0:
        return None
    text = module.text[:start] + indent + rest
    return Place(kind, module, text, start + len(indent), line[len(indent) :])


def headers(module: Module) -> Iterator[Place | None]:
    for body in bodies(module.tree):
        for node in body[1:-1]:
            if isinstance(node, COMPOUND):
                yield without(module, "header", [node])


def statements(module: Module) -> Iterator[Place | None]:
    for body in bodies(module.tree):
        for node in body[1:-1]:
            if not isinstance(node, COMPOUND):
                yield without(module, "statement", [node])


def functions(module: Module) -> Iterator[Place | None]:
    for node in ast.walk(module.tree):
        if isinstance(node, FUNCTION) and ast.get_docstring(node) and len(node.body) > 1:
            yield without(module, "body", node.body[1:])


def rests(module: Module) -> Iterator[Place | None]:
    for body in bodies(module.tree):
        if len(body) > 3:
            yield without(module, "rest", body[len(body) // 2 + 1 :])


def members(module: Module) -> Iterator[Place | None]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            for member in node.body[1:-1]:
                yield without(module, "member", [member])


def tops(module: Module) -> Iterator[Place | None]:
    for node in module.tree.body[1:]:
        yield without(module, "module", [node])


def tokens(module: Module) -> list[tuple[tokenize.TokenInfo, int, int]]:
    """Tokens with their offsets."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        start = module.starts[token.start[0] - 1] + token.start[1]
        end = module.starts[token.end[0] - 1] + token.end[1]
        found.append((token, start, end))
    return found


def lines(module: Module) -> Iterator[Place | None]:
    """Places behind a token: the rest of the logical line is missing, what is open is closed."""
    stack: list[str] = []
    found = tokens(module)
    ends: list[int] = []
    for token, start, _ in reversed(found):
        ends.append(ends[-1] if token.type not in (tokenize.NEWLINE,) and ends else start)
    ends.reverse()
    for index, (token, _, end) in enumerate(found[:-1]):
        if token.type == tokenize.OP and token.string in CLOSERS:
            stack.append(CLOSERS[token.string])
        elif token.type == tokenize.OP and token.string in CLOSERS.values() and stack:
            stack.pop()
        if token.type in SKIPPED or ends[index] - end < 2:
            continue
        following = found[index + 1][0]
        if following.type in SKIPPED:
            continue
        closers = "".join(reversed(stack))
        line_end = ends[index]
        gap = module.text[end:line_end]
        blank = gap[: len(gap) - len(gap.lstrip(" "))]
        text = module.text[:end] + blank + closers + module.text[line_end:]
        yield Place("line", module, text, end + len(blank), gap[len(blank) :])


def arguments(module: Module) -> Iterator[Place | None]:
    """Places between two brackets of one line, f-string fields and plain strings."""
    opened: list[tuple[str, int]] = []
    for token, start, end in tokens(module):
        if token.type == tokenize.OP and token.string in CLOSERS:
            opened.append((token.string, end))
        elif token.type == tokenize.OP and token.string in CLOSERS.values() and opened:
            _, begin = opened.pop()
            inner = module.text[begin:start]
            if inner.strip() and "\n" not in inner:
                yield Place("argument", module, module.text[:begin] + module.text[start:], begin, inner)
        elif (
            token.type == tokenize.STRING and token.string[:2].lower() in ("f'", 'f"') and "{" in token.string
        ):
            begin = start + token.string.index("{") + 1
            close = module.text.find("}", begin, end)
            if close > begin and "{" not in module.text[begin:close]:
                text = module.text[:begin] + module.text[close:]
                yield Place("argument", module, text, begin, module.text[begin:close])


def words(module: Module) -> Iterator[Place | None]:
    """Places in a word that is known: a keyword, a builtin, or a name that occurs elsewhere in the file."""
    names = [token.string for token, _, _ in tokens(module) if token.type == tokenize.NAME]
    for place in lines(module):
        if place is None:
            continue
        word = ""
        for character in place.truth:
            if not (character.isalnum() or character == "_"):
                break
            word += character
        before = place.text[: place.offset]
        known = keyword.iskeyword(word) or hasattr(builtins, word) or names.count(word) > 1
        if len(word) < 4 or not known or (before[-1:].isalnum() or before[-1:] == "_"):
            continue
        at = 2 + len(word) % (len(word) - 2)
        text = before + word[:at] + place.text[place.offset :]
        yield Place("word", module, text, place.offset + at, place.truth[at:])


class Editor:
    """An editor that closes brackets and quotes while somebody types, and indents as the source does."""

    def __init__(self) -> None:
        self.before = ""
        self.after = ""

    def type(self, character: str) -> None:
        if self.after.startswith(character) and character in ")]}\"'":
            self.after = self.after[1:]
        elif character in CLOSERS and (self.after[:1] in ("", *CLOSERS.values())):
            self.after = CLOSERS[character] + self.after
        elif character in "\"'" and not self.before[-1:].isalnum() or character in "\"'" and self._prefixed():
            quotes = self.before[-2:] == character * 2
            inside = self.after[:1] in ("'", '"')
            if not inside and self.after[:1] in ("", *CLOSERS.values()):
                self.after = (character * 3 if quotes else character) + self.after
        self.before += character

    def _prefixed(self) -> bool:
        word = self.before.split("\n")[-1].split(" ")[-1].split("(")[-1]
        return word.lower() in ("f", "r", "b", "rb", "rf")


def typing(module: Module, choose: random.Random) -> Iterator[Place | None]:
    """Pauses while a function is typed that the file does not have yet."""
    for node in ast.walk(module.tree):
        if not isinstance(node, FUNCTION) or not 3 < (node.end_lineno or 0) - node.lineno < 25:
            continue
        start, end = module.span(node)
        source = module.text[start:end]
        pauses = {stop - start for token, _, stop in tokens(module) if token.type not in SKIPPED}
        editor = Editor()
        states: list[Place] = []
        for at, character in enumerate(source, 1):
            editor.type(character)
            if at in pauses and at < len(source):
                text = module.text[:start] + editor.before + editor.after + module.text[end:]
                if not parses(text):
                    states.append(Place("typing", module, text, start + len(editor.before), source[at:]))
        yield from choose.sample(states, min(4, len(states)))


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--places", type=int, default=420)
    parser.add_argument("--states", type=int, default=160)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    choose = random.Random(options.seed)
    modules = [
        module
        for folder in options.folders
        for path in sorted(folder.rglob("*.py"))
        if (module := read(path, folder)) is not None
    ]
    makers = (headers, statements, lines, arguments, functions, rests, members, tops, words)
    found = [
        place for make in makers for place in taken(modules, make, options.places // len(makers) + 1, choose)
    ]
    found += taken(modules, lambda module: typing(module, choose), options.states, choose)
    for number, place in enumerate(found):
        line = {
            "id": f"{place.kind}-{number}",
            "kind": place.kind,
            "file": place.module.name,
            "text": place.text,
            "offset": place.offset,
            "truth": place.truth[:400],
        }
        json.dump(line, sys.stdout)
        print()


def taken(modules: list[Module], make: object, count: int, choose: random.Random) -> list[Place]:
    """As many places as wanted, at most three per file, from files in random order."""
    kept: list[Place] = []
    for module in choose.sample(modules, len(modules)):
        places = [place for place in make(module) if place is not None]  # type: ignore[operator]
        kept += choose.sample(places, min(4 if len(modules) < 200 else 3, len(places)))
        if len(kept) >= count:
            break
    return kept[:count]


if __name__ == "__main__":
    main()
