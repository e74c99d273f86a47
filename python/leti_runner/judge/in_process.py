"""A judge in the program's own process, for checks that need its objects. Its verdicts are not sealed.

The checks come only after the program has been loaded, with a secret that the result must carry.
"""

import base64
import importlib
import sys

from leti_runner import channel
from leti_runner.folders import clear_folder, write_files
from leti_runner.judge import integrity, plugins
from leti_runner.judge.checking import CheckingProcess
from leti_runner.program import memory_modules
from leti_runner.program.program import UNPARSABLE, syntax_hash


class InProcessJudge(CheckingProcess):
    """Loads the program, then runs its checks. `part` is a job without checks, their files and its setup."""

    def __init__(self, part, scratch, requests, replies):
        super().__init__({**part, "checks": []}, scratch, replies)
        self._requests = requests
        self._secret = None

    def _verdict(self):
        main = self._job["main"]
        try:
            code, self._hash = syntax_hash(main["source"], main["path"])
        except UNPARSABLE as error:
            return "syntax", self._explainer.diagnostic(error)
        if self._job["pytest"]:
            plugins.load(memory_modules.top_names(self._job))
        changed = integrity.Watch(self._job["pytest"]).changed
        self._finder = memory_modules.install_finder(
            self._sources, {main["module"]: main["path"]}, self._job.get("roots", ())
        )
        self._finder.add_code(main["path"], code)
        module = importlib.import_module(main["module"])
        self._finder.move_to_front()
        return self._tampered(changed) or self._checked(module) or self._tampered(changed) or ("passed", None)

    def _checked(self, module):
        """Gets the checks and runs them: None when all passed; a verdict where they cannot be trusted."""
        # The program may have left files there, such as a configuration that pytest would load.
        clear_folder(self._scratch)
        channel.write(self._pipe, {"loaded": True})
        rest = channel.read(self._requests, channel.LARGEST_JOB)
        self._secret, self._job["checks"] = rest["secret"], rest["checks"]
        tests = {file["path"]: file["source"] for file in rest["files"]}
        names = {check["module"]: check["path"] for check in rest["checks"] if check["kind"] == "test"}
        self._sources.update(tests)
        self._data = {file["path"]: base64.b64decode(file["base64"]) for file in rest["data"]}
        # Tests open their own files too.
        write_files(self._scratch, {**tests, **self._data})
        self._explainer.add(tests)
        planted = self._finder.add_sources(tests, names) & sys.modules.keys()
        if planted:
            return self._answer_tampered(f"the module {min(planted)} was there before the checks")
        self._explain_asserts(names, self._job["main"]["path"])
        self._run_setup(rest["setup"], module)
        function = module
        for name in self._job["entry"].split("."):
            function = getattr(function, name, None)
        return self._run_checks(module, function)

    def _tampered(self, changed):
        what = changed()
        name = self._job["main"]["module"]
        if getattr(sys.modules.get(name), "__loader__", None) is not self._finder:
            what = f"the module {name} was replaced"
        return None if what is None else self._answer_tampered(what)

    def _answer_tampered(self, what):
        return "tampered", {"type": "Tampered", "message": what, "frames": []}

    def _send(self, result):
        channel.write(self._pipe, {"result": result, "secret": self._secret})
