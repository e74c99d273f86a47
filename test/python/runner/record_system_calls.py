"""Records which system calls real programs make, by name: the tests of CPython and of common extensions.

    python test/python/runner/record_system_calls.py PYTHON [SUITE ...]

Needs strace. PYTHON has numpy, pandas, lxml, cryptography and pytest. Renews recorded_system_calls.json, or
only the named suites there. The tests run without a sandbox, so they also make calls that a contained program
is refused.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

RECORD = Path(__file__).with_name("recorded_system_calls.json")

_CPYTHON = [
    "io", "os", "threading", "sqlite3", "signal", "ssl", "selectors", "epoll", "select", "mmap",
    "ctypes", "tempfile", "shutil", "pathlib", "posix", "zipfile", "time", "datetime", "random",
    "hashlib", "decimal", "json", "locale", "faulthandler", "resource", "queue", "concurrent_futures",
    "import", "gc", "fcntl", "getpass", "unittest", "doctest", "thread",
]  # fmt: skip

_PROGRAM = """
import sqlite3, threading
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree, html
key = Fernet(Fernet.generate_key())
assert key.decrypt(key.encrypt(b"text")) == b"text"
rsa.generate_private_key(public_exponent=65537, key_size=2048)
ec.generate_private_key(ec.SECP256R1())
tree = etree.fromstring("<a><b>1</b></a>")
etree.ElementTree(tree).write("a.xml")
assert etree.parse("a.xml").xpath("//b/text()") == ["1"]
assert html.fromstring("<p>x</p>").text == "x"
with sqlite3.connect("data.sqlite") as database:
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE t (x)")
    database.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(1000)])
threads = [threading.Thread(target=etree.parse, args=("a.xml",)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def _pytest(*targets):
    return ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--maxfail=1000", "--pyargs", *targets]


SUITES = {
    "cryptography, lxml and SQLite": ["-c", _PROGRAM],
    "CPython test_asyncio": ["-m", "test", "-q", "test_asyncio.test_events", "test_asyncio.test_streams"],
    "numpy": _pytest(
        "numpy._core.tests.test_memmap", "numpy.linalg.tests.test_regression", "numpy.lib.tests.test_io"
    ),
    "pandas": _pytest("pandas.tests.frame.methods.test_to_csv", "pandas.tests.io.parser.test_read_fwf"),
    **{f"CPython test_{name}": ["-m", "test", "-q", f"test_{name}"] for name in _CPYTHON},
}  # fmt: skip

_MOST_SECONDS = 90
"""Under the tracer a suite can take very long. What it called until then is kept."""
_LIMITED = "import os, signal, sys; signal.alarm(int(sys.argv[1])); os.execv(sys.argv[2], sys.argv[2:])"


def record(python, arguments):
    """The names of the calls that a command and its children make, whether its tests pass or not."""
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder, "counts")
        limited = [python, "-c", _LIMITED, str(_MOST_SECONDS), python, *arguments]
        command = ["strace", "-f", "-qq", "-c", "-U", "name", "-o", str(counts), *limited]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        lines = counts.read_text(encoding="utf-8").split() if counts.exists() else []
    names = {line for line in lines if line.strip("-")} - {"syscall", "total"}
    if len(names) < 20:
        raise SystemExit(f"{arguments} was not traced:\n{done.stderr[-1000:]}")
    return sorted(names)


def main():
    python, *wanted = sys.argv[1:]
    found = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() and wanted else {}
    for name in wanted or SUITES:
        found[name] = record(python, SUITES[name])
        print(f"{name}: {len(found[name])} calls", flush=True)
        RECORD.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
