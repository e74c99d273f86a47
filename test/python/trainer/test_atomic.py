from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leti_trainer.atomic import whole_folder


def _fill(out: Path, name: str) -> None:
    with whole_folder(out) as half:
        assert half.parent == out.parent
        (half / name).write_text(name, encoding="utf-8")


def test_a_folder_appears_whole_and_replaces_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "model"
    with whole_folder(out) as half:
        (half / "a").write_text("a", encoding="utf-8")
        assert not out.exists()
    assert [file.name for file in out.iterdir()] == ["a"]

    _fill(out, "b")
    assert [file.name for file in out.iterdir()] == ["b"]
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("failure", [RuntimeError, OSError, KeyboardInterrupt])
def test_a_failure_leaves_nothing_new(tmp_path: Path, failure: type[BaseException]) -> None:
    out = tmp_path / "model"
    with pytest.raises(failure), whole_folder(out) as half:
        (half / "a").write_text("a", encoding="utf-8")
        raise failure
    assert list(tmp_path.iterdir()) == []

    _fill(out, "old")
    with pytest.raises(failure), whole_folder(out) as half:
        (half / "new").write_text("new", encoding="utf-8")
        raise failure
    assert [file.name for file in out.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [out]


def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead, alive = tmp_path / f"model.{ended.pid}.tmp", tmp_path / f"model.{os.getppid()}.tmp"
    other = tmp_path / "model.notes.tmp"
    for folder in (dead, alive, other):
        folder.mkdir()
    _fill(tmp_path / "model", "a")
    assert not dead.exists()
    assert alive.exists()
    assert other.exists()
