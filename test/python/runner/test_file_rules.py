"""The scanner's rules for files; test/unit/harvest/fileRules.test.ts feeds the same names to TypeScript."""

import pytest

from leti_runner.harvest.files import SKIPPED_FOLDER, is_test_file, walk_files

TESTS = [
    "test_a.py",
    "kit/a_test.py",
    "conftest.py",
    "kit/conftest.py",
    "tests/tools.py",
    "kit/test/deep/tools.py",
]
OTHERS = ["kit/tests.py", "contest.py", "latest.py", "kit/my_tests/tools.py", "test_kit/tools.py"]
SKIPPED = [".git", ".venv", "venv", "node_modules", "__pycache__", "build", "dist", "kit.egg-info"]
READ = ["env", "src", "builder", "my_venv", "a.b"]


@pytest.mark.parametrize("path", TESTS + OTHERS)
def test_files_of_tests_are_told_by_their_paths(path: str) -> None:
    assert is_test_file(path) == (path in TESTS)


@pytest.mark.parametrize("name", SKIPPED + READ)
def test_hidden_built_and_installed_folders_are_skipped(name: str) -> None:
    assert bool(SKIPPED_FOLDER.search(name)) == (name in SKIPPED)


def test_a_virtual_environment_is_skipped_by_its_marker(tmp_path) -> None:
    for file in ("env/pyvenv.cfg", "env/a.py", "kit/b.py", "build/c.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    assert walk_files(tmp_path) == ["kit/b.py"]
