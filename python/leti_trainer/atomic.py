"""Folders that appear whole under their final name or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leti_trainer.errors import TrainerError


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A temporary sibling to fill; renamed to `out` at the end, removed on failure. An old `out` goes."""
    half = out.with_name(f"{out.name}.{os.getpid()}.tmp")
    try:
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        yield half
        if out.exists():
            shutil.rmtree(out)
        half.rename(out)
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        if error.errno == errno.ENOSPC:
            raise TrainerError("no_space", f"no space is left for {out}") from error
        raise
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
