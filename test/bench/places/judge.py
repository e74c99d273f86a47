"""Judges completions at places, by parsers that the filters do not use.

    python test/bench/places/judge.py places.jsonl raw.jsonl NAME=shown.jsonl [NAME=shown.jsonl ...]

Needs `parso` (an error-recovering parser). Counts per kind of place and for each file of completions:

- usable: some beginning of the raw text fits: whole lines, behind a token where the line has begun;
- shown, and shown of the usable ones;
- new error: the file parsed before and does not now, or parso finds more errors than before;
- swallowed: the code behind the cursor became a part of something else;
- repeated: lines of the text stand around the cursor already, or it defines a name again, or repeats itself;
- run on: the text goes on where the limit cut it, or behind its statement or definition;
- partial word: the word at the cursor stays, or becomes, no known word.
"""

from __future__ import annotations

import ast
import builtins
import functools
import json
import keyword
import re
import sys
import textwrap
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import parso

warnings.simplefilter("ignore")
GRAMMAR = parso.load_grammar(version="3.13")
FAULTS = ("new error", "swallowed", "repeated", "run on", "partial word")
WINDOW_BEFORE, WINDOW_AFTER, NEAR = 80, 40, 16


def lines_of(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


@functools.cache
def tree_of(source: str) -> ast.Module | None:
    try:
        compile(source, "x", "exec", dont_inherit=True)
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


@functools.cache
def errors(source: str) -> int:
    return len(GRAMMAR.iter_errors(GRAMMAR.parse(source)))


def window(before: str, after: str) -> tuple[str, str]:
    """The part of a file around the cursor that parso reads."""
    above = before.split("\n")
    start = max(0, len(above) - WINDOW_BEFORE)
    while start > 0 and not re.match(r"[A-Za-z_@]", above[start]):
        start -= 1
    below = after.split("\n")[:WINDOW_AFTER]
    return "\n".join(above[start:]), "\n".join(below) + "\n"


def is_worse(before: str, after: str, text: str) -> bool:
    if tree_of(before + after) is not None:
        return tree_of(before + text + after) is None
    if tree_of(before + text + after) is not None:
        return False
    near_before, near_after = window(before, after)
    old, new = near_before + near_after, near_before + text + near_after
    return errors(new) > errors(old) or strays(new) > strays(old)


@functools.cache
def strays(source: str) -> int:
    """Brackets that close nothing."""
    stack: list[str] = []
    count = 0
    leaf = GRAMMAR.parse(source).get_first_leaf()
    while leaf is not None:
        if leaf.value in ("(", "[", "{"):
            stack.append({"(": ")", "[": "]", "{": "}"}[leaf.value])
        elif leaf.value in (")", "]", "}"):
            if stack and stack[-1] == leaf.value:
                stack.pop()
            else:
                count += 1
        elif leaf.type == "keyword" and leaf.value in ("def", "class", "return", "import", "while", "with"):
            stack.clear()
        leaf = leaf.get_next_leaf()
    return count


def says(line: str) -> bool:
    return re.search(r"\w\W+\w", line) is not None


def code_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def swallows(before: str, after: str, text: str) -> bool:
    """Whether the first token behind the cursor, or the statement below, is now a part of something else."""
    near_before, near_after = window(before, after)
    lead = len(near_after) - len(near_after.lstrip())
    if near_after.strip() and not near_after.lstrip().startswith("#"):
        old = leaf(near_before + near_after, len(near_before) + lead)
        if old and not leaf(near_before + text + near_after, len(near_before) + len(text) + lead):
            return True
    old_tree, new_tree = tree_of(before + after), tree_of(before + text + after)
    if old_tree is None or new_tree is None:
        return False
    below = next((at for at, line in enumerate(after.split("\n")) if at > 0 and line.strip()), None)
    if below is None:
        return False
    line = before.count("\n") + 1 + below
    return owners(old_tree, line) != owners(new_tree, line + text.count("\n"))


def leaf(source: str, offset: int) -> bool:
    """Whether a token of code begins at an offset."""
    row = source.count("\n", 0, offset) + 1
    column = offset - (source.rfind("\n", 0, offset) + 1)
    found = GRAMMAR.parse(source).get_leaf_for_position((row, column + 1), include_prefixes=True)
    return found is not None and found.start_pos == (row, column)


def owners(tree: ast.Module, line: int) -> list[str] | None:
    """The kinds of the statements around the statement that begins at a line."""

    def search(node: ast.AST, above: list[str]) -> list[str] | None:
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            for child in getattr(node, name, None) or []:
                if getattr(child, "lineno", None) == line and isinstance(child, ast.stmt):
                    return [*above, name]
                found = search(child, [*above, f"{type(node).__name__}.{name}"])
                if found is not None:
                    return found
        return None

    return search(tree, [])


def repeats(before: str, after: str, text: str) -> bool:
    own_line = before.split("\n")[-1]
    first, *others = text.split("\n")
    place_in_function = own_line[:1] in (" ", "\t")
    shown = [own_line + first, *others] if not own_line.strip() else others
    shown = [line for line in shown if line.strip()]
    above, below = code_lines(before.rsplit("\n", 1)[0]), code_lines(after.split("\n", 1)[-1])
    if not shown:
        return False
    if above and says(above[-1]) and shown[0].strip() == above[-1].strip() and not own_line.strip():
        return True
    at_end = not after.split("\n")[0].strip()
    if at_end and below and says(below[0]) and below[0].rstrip() in [line.rstrip() for line in shown]:
        return True
    near = [line.strip() for line in above[-NEAR:]]
    # Lines of another function may be the same for good reason.
    starts = [at for at, line in enumerate(near) if re.match(r"(async )?def |class ", line)]
    near = near[starts[-1] :] if starts else near
    for one, other in zip(shown, shown[1:], strict=False):
        pair = (one.strip(), other.strip())
        if place_in_function and says(one) and says(other) and pair in zip(near, near[1:], strict=False):
            return True
    stripped = [line.strip() for line in shown]
    for at in range(len(stripped)):
        for cycle in range(1, 5):
            piece = stripped[at : at + cycle]
            if piece * 3 == stripped[at : at + 3 * cycle] and any(re.search(r"\w", one) for one in piece):
                return True
    return defines_again(before, after, text)


def defines_again(before: str, after: str, text: str) -> bool:
    old, new = tree_of(before + after), tree_of(before + text + after)
    if old is None or new is None:
        return False

    def doubles(tree: ast.Module) -> int:
        count = 0
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef):
                names = Counter(
                    one.name
                    for one in node.body
                    if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                    and not any(again(decorator) for decorator in one.decorator_list)
                )
                count += sum(times - 1 for name, times in names.items() if name != "_")
        return count

    return doubles(new) > doubles(old)


def again(decorator: ast.expr) -> bool:
    return re.search(r"overload|setter|getter|deleter|register|dispatch", ast.unparse(decorator)) is not None


def runs_on(place: dict[str, Any], shown: dict[str, Any]) -> bool:
    before, text = place["text"][: place["offset"]], shown["text"]
    if shown["limited"] and shown["used"].rstrip().endswith(text.strip()):
        # The limit may happen to end a statement.
        return not text.rstrip().endswith((")", "]", "}", '"', "'"))
    own_line = before.split("\n")[-1]
    if own_line.strip():
        return False
    try:
        body = ast.parse(textwrap.dedent(own_line + text)).body
    except SyntaxError:
        return False
    if place["kind"] in ("header", "statement"):
        return len(body) > 1
    if place["kind"] in ("module", "member"):
        definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return len(body) > 1 and any(isinstance(one, definition) for one in body[:-1])
    return False


def is_partial(place: dict[str, Any], text: str) -> bool:
    if place["kind"] != "word":
        return False
    before = place["text"][: place["offset"]]
    part = re.search(r"\w*$", before).group()  # type: ignore[union-attr]
    word = part + re.match(r"\w*", text).group()  # type: ignore[union-attr]
    rest = before[: len(before) - len(part)] + " " + place["text"][place["offset"] :] + " " + place["truth"]
    true = part + re.match(r"\w*", place["truth"]).group()  # type: ignore[union-attr]
    return not (
        word == true or keyword.iskeyword(word) or hasattr(builtins, word) or re.search(rf"\b{word}\b", rest)
    )


def is_usable(place: dict[str, Any], raw: dict[str, Any]) -> bool:
    before, after = place["text"][: place["offset"]], place["text"][place["offset"] :]
    text, omitted = raw["text"].replace("\r\n", "\n"), raw["omittedSpace"]
    own_line = before.split("\n")[-1]
    if "\n" in omitted:
        lead = re.match(r"\s*\n", text)
        if lead is None:
            return False
        indent = omitted.rsplit("\n", 1)[-1]
        text = text[lead.end() :]
        if not text.startswith(indent):
            return False
        text = text[len(indent) :]
    elif omitted:
        text = text.lstrip(" \t")
    options = []
    ends = [match.start() for match in re.finditer("\n", text)][:12]
    options += [text[:end] for end in ends if text[:end].strip()]
    if own_line.strip():
        line = text.split("\n")[0]
        options += [line[: match.end()] for match in list(re.finditer(r"\w+|[)\]}\"']", line))[:12]]
    for option in options[:16]:
        if all(line.strip() == "" or line.strip().startswith("#") for line in option.split("\n")):
            continue
        if not is_worse(before, after, option) and not faults(place, {"text": option, "limited": False}):
            return True
    return False


def faults(place: dict[str, Any], shown: dict[str, Any]) -> list[str]:
    before, after, text = place["text"][: place["offset"]], place["text"][place["offset"] :], shown["text"]
    found = {
        "new error": is_worse(before, after, text),
        "swallowed": swallows(before, after, text),
        "repeated": repeats(before, after, text),
        "run on": runs_on(place, shown),
        "partial word": is_partial(place, text),
    }
    return [fault for fault in FAULTS if found[fault]]


def main() -> None:
    places = {place["id"]: place for place in lines_of(sys.argv[1])}
    raws = {raw["id"]: raw for raw in lines_of(sys.argv[2])}
    usable = {name: is_usable(places[name], raw) for name, raw in raws.items()}
    for argument in sys.argv[3:]:
        name, path = argument.split("=", 1)
        rows: dict[str, Counter[str]] = defaultdict(Counter)
        why: Counter[str] = Counter()
        times = []
        for shown in lines_of(path):
            place = places[shown["id"]]
            times.append(shown["milliseconds"])
            counts = ["places"] + (["usable"] if usable[shown["id"]] else [])
            if shown.get("text") is None:
                why[shown["why"]] += 1
                if usable[shown["id"]]:
                    print(f"{name}: {shown['id']} not shown: {shown['why']}", file=sys.stderr)
            else:
                counts += ["shown"] + (["shown usable"] if usable[shown["id"]] else [])
                found = faults(place, shown)
                counts += found
                for fault in found:
                    print(f"{name}: {shown['id']} {fault}: {shown['text']!r}", file=sys.stderr)
            for row in (place["kind"], "all"):
                rows[row].update(counts)
        print(f"\n{name}: {dict(why)}; filters {sorted(times)[len(times) // 2]:.1f} ms at the median\n")
        print(f"| kind | places | usable | of them shown | shown | {' | '.join(FAULTS)} |")
        print("|" + "---|" * (5 + len(FAULTS)))
        for row in [*sorted(row for row in rows if row != "all"), "all"]:
            count = rows[row]
            cells = [count["places"], count["usable"], count["shown usable"], count["shown"]]
            cells += [count[fault] for fault in FAULTS]
            print(f"| {row} | {' | '.join(str(cell) for cell in cells)} |")


if __name__ == "__main__":
    main()
