"""What this process is, without importing a heavy library. It reports no device: LeTI chose that before."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from typing import Any

from leti_trainer.errors import TrainerError

PROTOCOL = 1
_PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "accelerate",
    "tokenizers",
    "pydantic",
    "onnx",
    "onnxruntime",
    "onnxruntime-genai",
)


def hello(protocol: Any) -> dict[str, Any]:
    """Protocol, platform, and versions of Python and the main packages.

    TrainerError `protocol`: the client speaks another version; `bad_input`: a package is missing.
    """
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
        "versions": versions,
    }
