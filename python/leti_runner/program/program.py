"""The program's side of a sealed verdict: loads the program and answers calls. No check ever comes here."""

import ast
import hashlib
import importlib

from leti_runner import channel
from leti_runner.program import memory_modules, plain_data, standard_streams
from leti_runner.program.diagnostics import Explainer, missing_module
from leti_runner.program.timeout import TimeoutWatch


def syntax_hash(source, path):
    """The code of a module and a hash of its normalised tree; raises what the compiler raises."""
    tree = ast.parse(source, path)
    dumped = ast.dump(tree).encode("utf-8", "backslashreplace")
    return compile(source, path, "exec", dont_inherit=True), hashlib.sha256(dumped).hexdigest()[:32]


UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, UnicodeError)


def printed_for_input(function, text):
    """The text that `function()` prints when `text` is its standard input.

    The function may use the streams as any program does: as text, as bytes, by descriptor. It may end with
    `sys.exit()`, or with the exit status 0.
    """
    with standard_streams.replaced(text.encode("utf-8", "surrogateescape")) as printed:
        try:
            function()
        except SystemExit as error:
            if error.code not in (None, 0):
                raise
    return printed()


class Program:
    """`part` is what the judge sends: main module, helper files, the function's name, the wall limit."""

    def __init__(self, part, requests, replies):
        self._part = part
        self._requests, self._replies = requests, replies
        self._sources = {file["path"]: file["source"] for file in part["files"]}
        self._sources[part["main"]["path"]] = part["main"]["source"]
        self._explainer = Explainer(self._sources)
        self._finder = None

    def serve(self):
        """Answers until the judge has no more calls."""
        self._watch_time()
        self._echo = standard_streams.Echo()
        function = self._load()
        self._echo.take()
        while function is not None:
            request = channel.read(self._requests, channel.LARGEST_JOB)
            if request is None:
                return
            reply = self._call(function, request)
            printed = self._echo.take()
            self._reply({**reply, "printed": printed} if printed else reply)

    def _load(self):
        main = self._part["main"]
        try:
            code, tree_hash = syntax_hash(main["source"], main["path"])
        except UNPARSABLE as error:
            self._reply({"ended": "syntax", "diagnostic": self._explainer.diagnostic(error)})
            return None
        try:
            self._finder = memory_modules.install_finder(
                self._sources, {main["module"]: main["path"]}, self._part.get("roots", ())
            )
            self._finder.add_code(main["path"], code)
            module = importlib.import_module(main["module"])
            function = getattr(module, self._part["entry"])
        except BaseException as error:  # noqa: BLE001 (a program may raise anything)
            self._reply(
                {
                    "ended": self._verdict(error),
                    "diagnostic": self._explainer.diagnostic(error),
                    "hash": tree_hash,
                }
            )
            return None
        self._reply({"hash": tree_hash})
        return function

    def _call(self, function, request):
        positional = [plain_data.decode(form) for form in request["args"]]
        named = {name: plain_data.decode(form) for name, form in request["kwargs"].items()}
        try:
            if "stdin" in request:
                value = printed_for_input(function, request["stdin"])
            else:
                value = plain_data.encode_result(function(*positional, **named))
        except BaseException as error:  # noqa: BLE001 (a program may raise anything)
            return self._error_reply(error)
        changed = {}
        for place, argument in [*enumerate(positional), *named.items()]:
            if plain_data.is_mutable(argument):
                form = plain_data.encode_result(argument)
                if form != (request["args"][place] if isinstance(place, int) else request["kwargs"][place]):
                    changed[place] = form
        return {"value": value, "changed": [[place, form] for place, form in changed.items()]}

    def _error_reply(self, error):
        try:
            arguments = [plain_data.encode(argument) for argument in error.args]
        except Exception:  # noqa: BLE001 (args may be anything; the message still says what it was)
            arguments = None
        return {
            "raised": self._verdict(error),
            "diagnostic": self._explainer.diagnostic(error),
            "args": arguments,
        }

    def _verdict(self, error):
        if isinstance(error, SystemExit):
            return "exited_early"
        if isinstance(error, MemoryError):
            return "memory"
        owns = self._finder.owns if self._finder is not None else lambda name: False
        return "error" if missing_module(error, owns) is None else "import_missing"

    def _watch_time(self):
        """Reports where the program hangs, a little before the zygote would kill this process."""

        def late(frames):
            diagnostic = {"type": "Timeout", "message": "", "frames": frames}
            self._reply({"ended": "timeout", "diagnostic": diagnostic})

        TimeoutWatch(self._explainer, self._sources).start(self._part["limits"]["wallSeconds"], late)

    def _reply(self, value):
        try:
            channel.write(self._replies, value, channel.LARGEST_REPLY)
        except (channel.ChannelError, ValueError):
            # Longer than the judge would read.
            channel.write(
                self._replies, {"value": ["opaque", "object", "<a value that is too long>"], "changed": []}
            )
