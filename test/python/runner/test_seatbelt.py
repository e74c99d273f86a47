"""The profile for macOS as text; whether a kernel holds it is for the canaries there."""

import os
import re

from leti_runner.sandbox import seatbelt


def test_denies_all_that_it_does_not_name(tmp_path):
    text = seatbelt.profile(["/usr/lib"], str(tmp_path))
    assert text.splitlines()[:2] == ["(version 1)", "(deny default)"]
    for kind in ("network", "process-fork", "process-exec", "mach-lookup", "ipc-posix"):
        assert kind not in text


def test_lets_write_in_the_scratch_folder_only(tmp_path):
    text = seatbelt.profile(["/usr/lib", "/opt"], str(tmp_path))
    writing = [line for line in text.splitlines() if "file-write" in line]
    assert writing == [
        f'(allow file-read* file-write* (subpath "{os.path.realpath(tmp_path)}"))',
        '(allow file-write-data (subpath "/dev/null"))',
    ]


def test_hides_behind_what_it_allows(tmp_path):
    text = seatbelt.profile([str(tmp_path)], "/scratch", frozenset({str(tmp_path / "shop")}))
    lines = text.splitlines()
    assert lines[-1] == f'(deny file-read-data (subpath "{os.path.realpath(tmp_path)}/shop"))'


def test_quotes_paths_and_follows_links(tmp_path):
    strange = tmp_path / 'a "b" \\ (c)'
    strange.mkdir()
    link = tmp_path / "link"
    link.symlink_to(strange)
    text = seatbelt.profile([str(link)], "/scratch")
    quoted = re.search(r'\(allow file-read\* \(subpath "(.*)"\)\)', text)[1]
    assert re.sub(r"\\(.)", r"\1", quoted) == os.path.realpath(strange)
    balanced = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert balanced.count("(") == balanced.count(")")
