"""Which device, which precision and which method a machine has room for."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import psutil
import torch

from leti_trainer.errors import TrainerError

_BYTES_PER_PARAMETER = 16
"""Float32 weights, gradients and two Adam moments."""
_FULL_LIMIT = 300_000_000
LEARNING_RATES = {"full": 2e-5, "lora": 2e-4}
"""Peak rates by method, where the request names none; adapters need about ten times as much."""
_CGROUP = Path("/sys/fs/cgroup")
_M_MMAP_THRESHOLD = -3
_LARGE = 1 << 20


def pick_device(name: str) -> torch.device:
    """`auto` takes CUDA, then MPS, then the CPU.

    TrainerError `bad_input`: torch does not find the named device.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(device for device in ("cuda", "mps", "cpu") if there[device])
    if not there.get(name.split(":")[0], False):
        raise TrainerError("bad_input", f"torch finds no {name} device on this machine")
    return torch.device(name)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16 natively; elsewhere autocast is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
        return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))
    return False


def pick_method(method: str, parameters: int, device: torch.device) -> str:
    """`auto` is `full` if the model is small and training leaves half of the memory free, else `lora`.

    The model's float32 weights are loaded already, so their memory counts as free.
    """
    if method != "auto":
        return method
    room = (free_memory(device) + 4 * parameters) / 2
    return "full" if parameters < _FULL_LIMIT and parameters * _BYTES_PER_PARAMETER < room else "lora"


def free_memory(device: torch.device) -> int:
    """Bytes that are free on the device; on the CPU also within the limit of this process's control group."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    available = psutil.virtual_memory().available
    try:
        limit = int((_CGROUP / "memory.max").read_text(encoding="ascii"))
        used = int((_CGROUP / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        # No control groups, or one without a limit ("max").
        return available
    return min(available, max(0, limit - used))


def give_back_memory() -> None:
    """Makes glibc return blocks of 1 MiB and more to the system as soon as they are free.

    By default its limit grows with the blocks it sees, and a training then holds about twice what it uses.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _LARGE)
