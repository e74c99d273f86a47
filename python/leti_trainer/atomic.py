"""Folders that appear whole under their final name or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A temporary sibling to fill; renamed to `out` at the end, removed on failure. An old `out` goes.

    Siblings that a killed process left behind go too.
    """
    _remove_leftovers(out)
    half = out.with_name(f"{out.name}.{os.getpid()}.tmp")
    try:
        half.mkdir(parents=True)
        yield half
        if out.exists():
            shutil.rmtree(out)
        half.rename(out)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise


def _remove_leftovers(out: Path) -> None:
    for folder in out.parent.glob(f"{out.name}.*.tmp"):
        pid = folder.name.removeprefix(f"{out.name}.").removesuffix(".tmp")
        if pid.isdecimal() and (int(pid) == os.getpid() or not psutil.pid_exists(int(pid))):
            shutil.rmtree(folder, ignore_errors=True)
