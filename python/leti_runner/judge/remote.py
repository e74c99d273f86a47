"""The program's function as the judge's checks see it: a call crosses to the program's process and back."""

import builtins
import os
import re
import sys

from leti_runner import channel
from leti_runner.program import plain_data
from leti_runner.program.values import cleaned, shown

_MOST_FRAMES = 8
_MOST_LOCALS = 6
_LARGEST_COUNT = 1 << 30


class ProgramEnded(BaseException):
    """The program's process gives no more answers; `verdict` and `diagnostic` say why."""

    def __init__(self, verdict, diagnostic=None):
        super().__init__(verdict)
        self.verdict, self.diagnostic = verdict, diagnostic


class UnsealableError(BaseException):
    """A check passes a value without a plain form, perhaps an object that the program returned.

    The job is then judged in the program's process and its result is marked as not sealed.
    """


class RaisedByProgramError(Exception):
    """An exception of a type that the judge does not know."""


class RemoteFunction:
    """Calls the program's function. Arguments and results cross as plain data; lists and the like that the
    function changes are changed here too."""

    def __init__(self, name, requests, replies):
        self.__name__ = self.__qualname__ = name
        self._requests, self._replies = requests, replies
        self.last_request = None
        """The last call's request, as it crossed."""
        self._surroundings = _Surroundings()
        self._own_streams = {"stdout": sys.stdout, "stderr": sys.stderr}
        self.exception_types = builtins.__dict__
        """Exception types by name: the builtins, or the namespace of the trusted module."""

    def printed_for_input(self, text):
        """The text that a call without arguments prints when `text` is its standard input."""
        printed = self._ask({"args": [], "kwargs": {}, "stdin": text}, (), {})
        if type(printed) is not str:
            raise ProgramEnded("tampered")
        return printed

    def __call__(self, *args, **kwargs):
        try:
            request = {
                "args": [plain_data.encode(value) for value in args],
                "kwargs": {name: plain_data.encode(value) for name, value in kwargs.items()},
            }
        except (plain_data.NotPlainError, RecursionError) as error:
            raise UnsealableError(str(error)) from error
        self.last_request = request
        self._surroundings.require_unchanged()
        return self._ask(request, args, kwargs)

    def _ask(self, request, args, kwargs):
        try:
            channel.write(self._requests, request)
        except BrokenPipeError:
            raise ProgramEnded("gone") from None
        return self._result(self.answer(), args, kwargs)

    def _print_again(self, printed):
        """Prints here what the program printed during a call, where a check has put a stream of its own."""
        if printed is None:
            return
        if type(printed) is not dict:
            raise ProgramEnded("tampered")
        for name, own in self._own_streams.items():
            text = printed.get(name, "")
            if type(text) is not str:
                raise ProgramEnded("tampered")
            stream = getattr(sys, name)
            if stream is not own and stream is not None:
                stream.write(text)

    def last_call(self):
        """The last call as text, with the arguments as they were; None before the first."""
        if self.last_request is None:
            return None
        given = [shown(plain_data.decode(form), 120) for form in self.last_request["args"]]
        given += [
            f"{name}={shown(plain_data.decode(form), 120)}"
            for name, form in self.last_request["kwargs"].items()
        ]
        return cleaned(f"{self.__name__}({', '.join(given)})", 200)

    def answer(self):
        """The program's next answer; ProgramEnded if there is none or it is malformed."""
        try:
            found = channel.read(self._replies, channel.LARGEST_REPLY)
        except channel.ChannelError:
            raise ProgramEnded("tampered") from None
        if found is None:
            raise ProgramEnded("gone")
        if type(found) is not dict:
            raise ProgramEnded("tampered")
        self._print_again(found.get("printed"))
        if "ended" in found:
            verdict = found["ended"]
            known = ("syntax", "timeout", "error", "memory", "import_missing", "exited_early")
            if verdict not in known:
                raise ProgramEnded("tampered")
            raise ProgramEnded(verdict, checked_diagnostic(found.get("diagnostic")))
        return found

    def _result(self, answer, args, kwargs):
        if "raised" in answer:
            raise self._exception(answer)
        try:
            value = plain_data.decode(answer["value"])
            changed = [(place, plain_data.decode(form)) for place, form in answer["changed"]]
            for place, form in changed:
                target = args[place] if type(place) is int else kwargs[place]
                if type(target) is type(form) and plain_data.is_mutable(target):
                    plain_data.assign(target, form)
        except (ValueError, KeyError, TypeError, IndexError):
            raise ProgramEnded("tampered") from None
        return value

    def _exception(self, answer):
        verdict, diagnostic = answer["raised"], checked_diagnostic(answer.get("diagnostic"))
        if verdict not in ("error", "memory", "import_missing", "exited_early") or diagnostic is None:
            return ProgramEnded("tampered")
        if verdict == "exited_early":
            return ProgramEnded(verdict, diagnostic)
        kind = self.exception_types.get(diagnostic["type"], getattr(builtins, diagnostic["type"], None))
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            kind = RaisedByProgramError
        try:
            error = kind(*[plain_data.decode(form) for form in answer["args"]])
        except Exception:  # noqa: BLE001 (its class may want other arguments)
            error = RaisedByProgramError(diagnostic["message"])
        error.leti_verdict, error.leti_diagnostic = verdict, diagnostic
        return error


class _Surroundings:
    """What a check may change around a call, and the program's process would not see."""

    def __init__(self):
        self._before = self._now()

    def require_unchanged(self):
        """Raises UnsealableError where a check replaced a builtin or a stream, or changed the environment."""
        if self._now() != self._before:
            raise UnsealableError("a check changes the surroundings of the call")

    @staticmethod
    def _now():
        try:
            folder = os.getcwd()
        except OSError:
            folder = None
        return builtins.input, builtins.print, builtins.open, sys.stdin, dict(os.environ), folder


def call_from_stub(remote):
    """The function that a masked function's stub calls. It forwards the arguments of its caller."""

    def forward():
        frame = sys._getframe(1)
        code, values = frame.f_code, frame.f_locals
        names = code.co_varnames
        last = code.co_argcount + code.co_kwonlyargcount
        positional = [values[name] for name in names[: code.co_argcount]]
        named = {name: values[name] for name in names[code.co_argcount : last]}
        if code.co_flags & 0x04:
            positional += values[names[last]]
            last += 1
        if code.co_flags & 0x08:
            named.update(values[names[last]])
        return remote(*positional, **named)

    return forward


_VERDICTS = (
    "passed", "failed", "error", "syntax", "import_missing", "timeout", "memory", "exited_early", "tampered",
    "harness_error",
)  # fmt: skip


def checked_result(found):
    """The result from a program's process, rebuilt within bounds; None if it is malformed."""
    try:
        diagnostic = found.get("diagnostic")
        if diagnostic is not None:
            diagnostic = checked_diagnostic(diagnostic)
        result = {
            "verdict": found["verdict"],
            "passed": _checked_count(found["checksPassed"], 0),
            "hash": checked_hash(found.get("astHash")),
            "diagnostic": diagnostic,
        }
    except _MALFORMED:
        return None
    return result if result["verdict"] in _VERDICTS else None


_MALFORMED = (TypeError, LookupError, ValueError, AttributeError)


def checked_hash(found):
    """The hash of a program's tree as its process sent it; None if it is malformed."""
    return found if type(found) is str and re.fullmatch("[0-9a-f]{1,64}", found) else None


def _checked_count(found, least):
    """A number of lines or checks, limited to the range of the protocol."""
    if type(found) is not int:
        raise ValueError("expected a whole number")
    return min(max(found, least), _LARGEST_COUNT)


def _checked_check(found):
    texts = ("actual", "expected", "difference")
    check = {"index": _checked_count(found["index"], 0), "source": cleaned(found["source"])}
    check.update({name: cleaned(found[name]) for name in texts if found.get(name) is not None})
    return check


def checked_diagnostic(found):
    """A diagnostic from the program, rebuilt within bounds; None if it is malformed."""
    try:
        frames = [
            {
                "path": cleaned(frame["path"], 300),
                "line": _checked_count(frame["line"], 1),
                "function": cleaned(frame["function"], 200),
                "source": cleaned(frame["source"], 300),
            }
            for frame in found["frames"][:_MOST_FRAMES]
        ]
        if frames and "locals" in found["frames"][len(frames) - 1]:
            frames[-1]["locals"] = [
                {"name": cleaned(local["name"], 100), "value": cleaned(local["value"], 200)}
                for local in found["frames"][len(frames) - 1]["locals"][:_MOST_LOCALS]
            ]
        checked = {
            "type": cleaned(found["type"], 100),
            "message": cleaned(found["message"], 600),
            "frames": frames,
        }
        if "column" in found:
            checked["column"] = _checked_count(found["column"], 1)
        if "check" in found:
            checked["check"] = _checked_check(found["check"])
        return checked
    except _MALFORMED:
        return None
