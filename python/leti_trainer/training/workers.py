"""Several workers where a launcher (torchrun, accelerate launch) started them, else one.

Every worker holds the whole model and computes its share of each step's examples; gradients are summed. That
is all that data-parallel training needs, and it divides by the batch's weight exactly as one worker does.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")


def worker_count() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first_worker() -> bool:
    """The one that speaks and writes."""
    return os.environ.get("RANK", "0") == "0"


class Workers:
    """The view of one worker on the others. With one worker every method is the identity."""

    def __init__(self, on_cpu: bool) -> None:
        self.count = worker_count()
        self._accelerator: Any = None
        if self.count > 1:
            from accelerate import Accelerator

            # Precision is the loop's business, whatever the launcher's configuration says.
            self._accelerator = Accelerator(cpu=on_cpu, mixed_precision="no")

    @property
    def device(self) -> str | None:
        """This worker's device, where the launcher decides it."""
        return None if self._accelerator is None else str(self._accelerator.device)

    def share(self, items: Sequence[Item]) -> list[Item]:
        """This worker's part of `items`, which are in the same order everywhere. Neighbours stay together."""
        if self._accelerator is None:
            return list(items)
        place = self._accelerator.process_index
        start, end = (len(items) * edge // self.count for edge in (place, place + 1))
        return list(items[start:end])

    def sum_gradients(self, parameters: Iterable[Any]) -> None:
        """Adds up gradients over all workers; one without examples adds zeros."""
        if self._accelerator is None:
            return
        import torch

        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            parameter.grad = self._accelerator.reduce(parameter.grad, reduction="sum")

    def sum(self, value: float, device: Any) -> float:
        if self._accelerator is None:
            return value
        import torch

        number = torch.tensor(value, dtype=torch.float32, device=device)
        return float(self._accelerator.reduce(number, reduction="sum"))

    def wait(self) -> None:
        """Until all are here."""
        if self._accelerator is not None:
            self._accelerator.wait_for_everyone()
