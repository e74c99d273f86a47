"""How much of the machine a training uses: its useful work beside the machine's own matrix products."""

from __future__ import annotations

import time
from typing import Any

import torch

_SIZE = 1024
_SECONDS = 0.3


def matmul_gflops(device: torch.device, kind: torch.dtype) -> float:
    """Billions of floating-point operations per second of a square matrix product; takes about 0.4 s."""
    one, other = (torch.rand(_SIZE, _SIZE, device=device).to(kind) for _ in range(2))
    # The first product loads the kernels.
    float((one @ other)[0, 0])
    started = time.perf_counter()
    count = 0
    while (seconds := time.perf_counter() - started) < _SECONDS:
        # Reading a number waits for the device.
        float((one @ other)[0, 0])
        count += 1
    return count * 2 * _SIZE**3 / seconds / 1e9


class Work:
    """The floating-point operations that a training's tokens need, without padding and without attention.

    The forward pass multiplies once with every matrix, and so does the way back to the inputs. The gradient
    of a trained matrix is a third product of the same size. The output layer counts only where a loss stands.
    """

    def __init__(self, model: Any) -> None:
        head = model.get_output_embeddings().weight
        tables = {id(module.weight) for module in model.modules() if isinstance(module, torch.nn.Embedding)}
        matrices = [
            matrix
            for matrix in model.parameters()
            if matrix.dim() == 2 and id(matrix) not in tables and matrix is not head
        ]
        self._per_token = sum(map(_operations, matrices))
        self._per_label = _operations(head)

    def operations(self, tokens: int, labels: int) -> int:
        return tokens * self._per_token + labels * self._per_label


def _operations(matrix: torch.nn.Parameter) -> int:
    return (6 if matrix.requires_grad else 4) * matrix.numel()
