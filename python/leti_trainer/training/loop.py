"""Optimiser steps whose gradients are normalised over the whole batch."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from typing import Any

import torch

from leti_trainer.errors import TrainerError, says_out_of_memory
from leti_trainer.requests import TrainingSettings
from leti_trainer.training.examples import Example
from leti_trainer.training.layout import micro_batches
from leti_trainer.training.losses import TokenLoss
from leti_trainer.training.speed import Work
from leti_trainer.training.workers import Workers

Emit = Callable[[dict[str, Any]], None]
_FLOOR = 0.1
"""Learning rate of the last step, as a share of the peak."""
_MOST_LOGITS = 100_000_000
"""Logits computed at once: 400 MB in float32, and another 400 MB for their gradient."""
_MOST_TOKENS = {"cpu": 768}
"""Tokens computed at once: more are no faster and take memory (2 MB per token with 135M weights)."""


class Loop:
    """AdamW steps over batches of examples. `micro_batch_size` shrinks when memory runs out.

    The model keeps float32 weights; with `bfloat16` its products run under autocast. `emit` gets one `step`
    event per step and a `notice` when the micro batch shrinks.
    """

    def __init__(
        self,
        model: Any,
        loss: TokenLoss,
        settings: TrainingSettings,
        peak_rate: float,
        micro_batch_size: int,
        bfloat16: bool,
        device: torch.device,
        workers: Workers,
        emit: Emit,
    ) -> None:
        fused = device.type in ("cpu", "cuda", "mps")
        groups = _groups(model, settings.weight_decay)
        self.optimizer = torch.optim.AdamW(groups, lr=peak_rate, fused=fused)
        self.micro_batch_size = micro_batch_size
        self._loss = loss
        self._most_tokens = _MOST_TOKENS.get(device.type, 1_000_000)
        self._most_labels = max(1, _MOST_LOGITS // int(model.config.get_text_config().vocab_size))
        self._settings = settings
        self._peak_rate = peak_rate
        self._bfloat16 = bfloat16
        self._device = device
        self._workers = workers
        self._emit = emit
        self._work = Work(model)
        self.operations = 0
        """Useful floating-point operations of this process in all its steps, and their seconds."""
        self.seconds = 0.0
        self._parameters = [p for p in model.parameters() if p.requires_grad]

    def step(self, number: int, total: int, batch: list[Example]) -> float:
        """Does step `number` (from 1) of `total`. Returns the batch's mean loss per weighted token, in nats.

        Clips the gradients' global L2 norm to `settings.clip_norm`; the `step` event holds the norm before
        that. TrainerError `out_of_memory`: not even one text fits. TrainerError `bad_input`: the loss or the
        norm is not finite; the weights are then those of the step before.
        """
        started = time.monotonic()
        # Dropout depends on the step alone, so a resumed training repeats it.
        torch.manual_seed(self._settings.seed * 1_000_003 + number)
        rate = learning_rate(number, total, self._peak_rate, self._settings.warmup_fraction)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss, operations = self._with_less_memory(batch)
        norm = float(torch.nn.utils.clip_grad_norm_(self._parameters, self._settings.clip_norm))
        if not math.isfinite(loss) or not math.isfinite(norm):
            raise TrainerError(
                "bad_input", f"the loss became {loss} at step {number}; lower the learning rate"
            )
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        seconds = time.monotonic() - started
        self.operations += operations
        self.seconds += seconds
        self._emit(
            {
                "event": "step",
                "step": number,
                "steps": total,
                "loss": loss,
                "learningRate": rate,
                "gradNorm": norm,
                "tokens": sum(len(example.ids) for example in batch),
                "seconds": seconds,
            }
        )
        return loss

    def accumulate(self, batch: list[Example]) -> tuple[float, int]:
        """Adds the gradients of the batch's mean loss per weighted token.

        Returns that loss, in nats, and the useful floating-point operations of this worker.
        The result is the same for any micro batch and any number of workers. Gradients are not clipped here
        and not set to zero before: `step` does both. Errors of torch pass through, also when memory runs out.
        """
        total = sum(example.total_weight for example in batch)
        loss, operations = 0.0, 0
        # Texts that share a beginning are neighbours here.
        own = self._workers.share(sorted(batch, key=lambda example: example.ids))
        limits = (self.micro_batch_size, self._most_tokens, self._most_labels)
        for group in micro_batches(self._loss.layout, own, *limits):
            with self._autocast():
                part = self._loss(group) / total
            part.backward()
            loss += float(part.detach())
            operations += self._work.operations(*self._loss.counted)
        self._workers.sum_gradients(self._parameters)
        return self._workers.sum(loss, self._device), operations

    def _with_less_memory(self, batch: list[Example]) -> tuple[float, int]:
        """Calls `accumulate`; when memory runs out, halves the micro batch and repeats the whole batch."""
        while True:
            self.optimizer.zero_grad(set_to_none=True)
            try:
                return self.accumulate(batch)
            except (MemoryError, RuntimeError) as error:
                # Workers wait for each other: one of them cannot begin again alone.
                if not says_out_of_memory(error) or self._workers.count > 1:
                    raise
                if self.micro_batch_size == 1:
                    raise TrainerError(
                        "out_of_memory", "not even one text at a time fits into memory"
                    ) from error
            self.micro_batch_size //= 2
            self._emit(
                {
                    "event": "notice",
                    "message": f"memory ran out: it continues with {self.micro_batch_size} texts at once",
                }
            )
            if self._device.type == "cuda":
                torch.cuda.empty_cache()

    def _autocast(self) -> contextlib.AbstractContextManager[Any]:
        if not self._bfloat16:
            return contextlib.nullcontext()
        return torch.autocast(self._device.type, torch.bfloat16)


def learning_rate(step: int, total: int, peak: float, warmup_fraction: float) -> float:
    """Linear warm-up to `peak`, then a linear fall to a tenth at the last step. `step` counts from 1."""
    warmup = max(1, round(warmup_fraction * total))
    if step <= warmup:
        return peak * step / warmup
    left = (total - step) / max(1, total - warmup)
    return peak * (_FLOOR + (1 - _FLOOR) * left)


def _groups(model: Any, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay; biases and norms, which have one dimension, do not."""
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]
