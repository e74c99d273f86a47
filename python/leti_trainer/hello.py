"""What this process is and what it found, without importing anything heavy."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
from typing import Any

from leti_trainer.errors import TrainerError

PROTOCOL = 1
_PACKAGES = ("torch", "transformers", "peft", "accelerate", "tokenizers", "onnxruntime", "onnxruntime-genai")


def hello(protocol: Any) -> dict[str, Any]:
    """Versions, and the device that torch would most likely use; `bad_input` names a missing package."""
    if protocol != PROTOCOL:
        raise TrainerError("protocol", f"this trainer speaks protocol {PROTOCOL}, not {protocol!r}")
    versions: dict[str, str] = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError as error:
            raise TrainerError("bad_input", f"the trainer environment lacks the package {package}") from error
    return {
        "protocol": PROTOCOL,
        "python": platform.python_version(),
        "platform": f"{sys.platform}-{platform.machine()}",
        "device": likely_device(),
        "versions": versions,
    }


def likely_device() -> str:
    """`cuda` where NVIDIA's driver is, `mps` on Apple silicon, else `cpu`; torch decides when it trains."""
    if shutil.which("nvidia-smi") is not None:
        return "cuda"
    return "mps" if sys.platform == "darwin" and platform.machine() == "arm64" else "cpu"
