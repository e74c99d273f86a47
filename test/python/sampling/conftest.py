from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `model` and `onnx`, made by random_model.py."""
    out = tmp_path_factory.mktemp("tiny")
    script = Path(__file__).parents[2] / "support" / "random_model.py"
    subprocess.run([sys.executable, str(script), str(out)], check=True, capture_output=True)
    return out
