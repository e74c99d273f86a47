"""Which device, which precision and which method a machine has room for."""

from __future__ import annotations

import os

import torch

_BYTES_PER_PARAMETER = 16
"""Float32 weights, gradients and two Adam moments."""
_FULL_LIMIT = 500_000_000


def pick_device(name: str) -> torch.device:
    """`auto` takes CUDA, then MPS, then the CPU."""
    if name == "auto":
        if torch.cuda.is_available():
            name = "cuda"
        elif torch.backends.mps.is_available():
            name = "mps"
        else:
            name = "cpu"
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
    """`auto` trains all weights of a model that is small and leaves half of the memory free, else LoRA."""
    if method != "auto":
        return method
    room = free_memory(device) / 2
    return "full" if parameters < _FULL_LIMIT and parameters * _BYTES_PER_PARAMETER < room else "lora"


def free_memory(device: torch.device) -> int:
    """Bytes that are free on the device; on the CPU what the kernel says is available."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
