"""A warm process that says whether Python code parses while the user types. It runs none of the code.

Reads one JSON object per line, `{"before": ..., "after": ..., "texts": [...]}`. Answers which text first
gives a file that parses between the two: `{"first": INDEX or null, "error": the first text's error or null}`.
Ends with its standard input.
"""

import json
import sys
import warnings
from typing import Optional


def problem(source: str) -> Optional[str]:
    """The error that compiling a source gives, or None.

    Compiling finds more than parsing and runs nothing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def first_that_parses(before: str, after: str, texts: "list[str]") -> "dict[str, object]":
    error = None
    for index, text in enumerate(texts):
        found = problem(before + text + after)
        if found is None:
            return {"first": index, "error": error}
        error = error or found
    return {"first": None, "error": error}


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(first_that_parses(asked["before"], asked["after"], asked["texts"])), flush=True)


if __name__ == "__main__":
    main()
