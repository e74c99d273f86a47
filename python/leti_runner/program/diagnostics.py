"""Describes exceptions as the Diagnostic of src/protocol/execution.ts."""

import collections
import io
import sys
import traceback

from leti_runner.program.values import cleaned, local_values

_MESSAGE = 500
_FIRST_FRAMES = 3
_LAST_FRAMES = 5
_VARYING = (RecursionError, MemoryError)
_TOO_DEEP = "maximum recursion depth exceeded"
_HOOK = sys.__excepthook__
"""The hook from before any program ran."""


class ExplainedAssertionError(AssertionError):
    """An assertion that knows the values it compared, as texts. A diagnostic calls it AssertionError."""

    check_source = None
    actual = None
    expected = None
    difference = None


class Explainer:
    """Describes errors by the job's own files; frames of all others (the runner, libraries) are left out."""

    def __init__(self, paths):
        self._paths = set(paths) | {"<check>", "<setup>"}

    def add(self, paths):
        """Adds files of the job, by their paths."""
        self._paths.update(paths)

    def diagnostic(self, error, check=None):
        """An exception as type, message and the job's own frames. `check` is a FailedCheck without values."""
        kind = type(error)
        name = "AssertionError" if kind is ExplainedAssertionError else kind.__name__
        found = {"type": name, "message": self._message(error), "frames": self._frames_of(error)}
        if isinstance(error, SyntaxError) and error.filename in self._paths:
            found["frames"].append(
                {
                    "path": error.filename,
                    "line": max(1, error.lineno or 1),
                    "function": "<module>",
                    "source": cleaned((error.text or "").strip(), 200),
                }
            )
            if error.offset:
                found["column"] = max(1, error.offset)
        if check is not None:
            found["check"] = check
            if isinstance(error, ExplainedAssertionError):
                check["source"] = error.check_source
                check["actual"], check["expected"] = error.actual, error.expected
                if error.difference is not None:
                    check["difference"] = error.difference
        return found

    def _frames_of(self, error):
        """Frames of the job's files, outermost first; the middle of a deep call is left out.

        The innermost has the values of its local names, unless it belongs to a check. How deep a recursion
        came, and how far a program was when memory ran out, differs between runs: those frames have no
        values.
        """
        own = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if self.owns(frame)]
        if isinstance(error, RecursionError):
            own = _once(own)
        frames = [self.frame(frame, line) for frame, line in own]
        if frames and not frames[-1]["path"].startswith("<") and not isinstance(error, _VARYING):
            frames[-1]["locals"] = local_values(own[-1][0])
        if len(frames) > _FIRST_FRAMES + _LAST_FRAMES:
            frames = frames[:_FIRST_FRAMES] + frames[-_LAST_FRAMES:]
        return frames

    def owns(self, frame):
        """Whether a frame's file is the job's."""
        return frame.f_code.co_filename in self._paths

    def frame(self, frame, line):
        """One frame of the job."""
        path = frame.f_code.co_filename
        summary = traceback.FrameSummary(path, line or 1, frame.f_code.co_name, lookup_line=True)
        source = cleaned((summary.line or "").strip(), 200)
        return {"path": path, "line": max(1, line or 1), "function": frame.f_code.co_name, "source": source}

    def innermost_path(self, error):
        """File of the job in which an exception was raised, or None."""
        own = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if self.owns(frame)]
        return own[-1].f_code.co_filename if own else None

    def _message(self, error):
        if type(error) is RecursionError:
            # CPython adds where the recursion happened to be.
            return _TOO_DEEP if str(error).startswith(_TOO_DEEP) else cleaned(str(error), _MESSAGE)
        text = str(error.msg) if isinstance(error, SyntaxError) else _with_suggestion(error)
        return cleaned("\n".join([text.strip(), *notes_of(error)]).strip(), _MESSAGE)


def notes_of(error):
    """The notes of an exception (PEP 678), such as the example of a property test."""
    notes = object.__getattribute__(error, "__dict__").get("__notes__")
    return [note for note in notes if type(note) is str] if type(notes) is list else []


def _once(frames):
    """The frames that lead into a recursion, and each function of the recursion once."""
    counts = collections.Counter(frame.f_code for frame, _ in frames)
    first = next((place for place, (frame, _) in enumerate(frames) if counts[frame.f_code] > 1), len(frames))
    kept = frames[:first]
    for frame, line in frames[first:]:
        if counts.pop(frame.f_code, 0) > 1:
            kept.append((frame, line))
    return kept


def _with_suggestion(error):
    """The message with what CPython itself suggests ("Did you mean ...", "Did you forget to import ...")."""
    try:
        plain = str(error)
        said = _printed(error)
    except BaseException:  # noqa: BLE001 (a program's own exception may raise anything)
        return "<no message>"
    suggestion = said[said.find(plain) + len(plain) :] if plain and plain in said else ""
    if not suggestion.startswith(". Did you "):
        return plain
    # 3.12.1 forgets the question mark that its successors have.
    return plain + suggestion.rstrip("?") + "?"


def _printed(error):
    """The last line of the exception as the interpreter prints it."""
    if sys.version_info >= (3, 12) or not isinstance(error, (NameError, AttributeError)):
        return next(traceback.TracebackException.from_exception(error).format_exception_only()).rstrip()
    # Up to 3.11 only the hook knows them. Of the program it runs `__str__`, as above, and an object's
    # `__dir__`, as the library does from 3.12 on; all in the process where the program ran.
    kept, sys.stderr = sys.stderr, io.StringIO()
    try:
        _HOOK(type(error), error, error.__traceback__)
        return sys.stderr.getvalue().rstrip().rpartition("\n")[2]
    finally:
        sys.stderr = kept


def missing_module(error, owns):
    """Name of the package that an import needs and the job does not bring, or None."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return None
    top = error.name.partition(".")[0]
    if owns(top) or top in getattr(sys, "stdlib_module_names", ()):
        return None
    return top
