"""Digests that tell whether a workspace, the interpreter or its packages have changed."""

import hashlib
import json
import os
import sys
from pathlib import Path

from leti_runner.harvest.files import MAX_FILE_BYTES, walk_files
from leti_runner.harvest.ignored import Ignored
from leti_runner.harvest.settings import HIDDEN_FILES


def environment_digest() -> str:
    """A digest of the interpreter, the packages installed for it, and the runner's own code."""
    digest = hashlib.sha256(f"{sys.version}\0{sys.executable}".encode())
    for folder in sys.path:
        digest.update(f"\0{folder}\0".encode("utf-8", "surrogateescape"))
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        digest.update("\0".join(names).encode("utf-8", "surrogateescape"))
    runner = Path(__file__).parents[1]
    for file in sorted([*runner.rglob("*.py"), *runner.rglob("*.json")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def workspace_digest(root: Path, environment: str, given: "dict[str, object]") -> str:
    """A digest of all files that a harvest may read (of large ones size and time), and of its input."""
    digest = hashlib.sha256(environment.encode())
    ignored = Ignored(root)
    paths = walk_files(root, ignored_too=True, ignored=ignored)
    for path in [*paths, *HIDDEN_FILES]:
        digest.update(b"\0" + path.encode("utf-8", "surrogateescape") + b"\0")
        try:
            file = root / path
            status = file.stat()
            if status.st_size <= MAX_FILE_BYTES:
                digest.update(file.read_bytes())
            else:
                digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
        except OSError as error:
            digest.update(str(error.strerror).encode())
    # Of files that are ignored themselves; all folders have been looked at.
    digest.update(json.dumps(ignored.texts, sort_keys=True).encode())
    if given:
        digest.update(json.dumps(given, sort_keys=True).encode())
    return digest.hexdigest()
