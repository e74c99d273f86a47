"""Which files of a workspace git would leave out, by the rules of its `.gitignore` files."""

import re
from pathlib import Path
from typing import NamedTuple

NAME = ".gitignore"


class Rule(NamedTuple):
    pattern: "re.Pattern[str]"
    #: Takes a file back that an earlier rule left out.
    back: bool
    folders_only: bool


class Ignored:
    """Answers for paths below a root. A file counts as ignored if a folder around it is."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rules: dict[str, list[Rule]] = {}
        self._folders: dict[str, bool] = {"": False}
        #: The texts of the files that were read, by the path of their folder.
        self.texts: dict[str, str] = {}

    def file(self, path: str) -> bool:
        return self.folder(parent(path)) or self._matches(path, is_folder=False)

    def folder(self, path: str) -> bool:
        """Whether git looks at nothing in a folder; never for the root, whose path is empty."""
        if path not in self._folders:
            self._folders[path] = self.folder(parent(path)) or self._matches(path, is_folder=True)
        return self._folders[path]

    def _matches(self, path: str, is_folder: bool) -> bool:
        """What the last rule that fits says; the rules of the nearest folder count most."""
        around = parent(path)
        while True:
            inner = path[len(around) + 1 :] if around else path
            for rule in reversed(self._rules_of(around)):
                if (is_folder or not rule.folders_only) and rule.pattern.match(inner):
                    return not rule.back
            if not around:
                return False
            around = parent(around)

    def _rules_of(self, folder: str) -> list[Rule]:
        if folder not in self._rules:
            try:
                text = (self._root / folder / NAME).read_text(encoding="utf-8", errors="replace")
                self.texts[folder] = text
            except OSError:
                text = ""
            self._rules[folder] = [rule for line in text.splitlines() for rule in rules_in(line)]
        return self._rules[folder]


def rules_in(line: str) -> list[Rule]:
    """The rule of a line; none for comments and blank lines."""
    if line.startswith("#"):
        return []
    # Blanks at the end count only behind a backslash.
    line = re.sub(r"(?<!\\)\s+$", "", line)
    back = line.startswith("!")
    text = line[1:] if back else line
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return []
    # A pattern with a slash belongs to the place of its file, any other to each folder below.
    anchored = "/" in text
    try:
        pattern = re.compile(
            ("" if anchored else "(?:.*/)?") + expression(text.lstrip("/")) + r"\Z", re.DOTALL
        )
    except re.error:
        return []
    return [Rule(pattern, back, folders_only)]


def expression(text: str) -> str:
    """A regular expression for a pattern: `*` stays within a name, `**` does not."""
    found, at = "", 0
    while at < len(text):
        rest = text[at:]
        if rest.startswith("**/") and (at == 0 or text[at - 1] == "/"):
            found, at = f"{found}(?:.*/)?", at + 3
        elif rest == "**" and at > 0 and text[at - 1] == "/":
            found, at = f"{found}.+", at + 2
        elif rest[0] == "*":
            found, at = f"{found}[^/]*", at + 1
        elif rest[0] == "?":
            found, at = f"{found}[^/]", at + 1
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            inside = rest[1:end].replace("\\", "\\\\")
            negated = inside[0] in "!^"
            found += f"(?!/)[{'^' if negated else ''}{inside[1:] if negated else inside}]"
            at += end + 1
        elif rest[0] == "\\" and len(rest) > 1:
            found, at = found + re.escape(rest[1]), at + 2
        else:
            found, at = found + re.escape(rest[0]), at + 1
    return found


def parent(path: str) -> str:
    return path.rsplit("/", 1)[0] if "/" in path else ""
