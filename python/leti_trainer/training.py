"""The training loop: one model, one file of weighted texts, one folder of new weights."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from leti_trainer.atomic import whole_folder
from leti_trainer.checkpoints import load_checkpoint, save_checkpoint
from leti_trainer.errors import TrainerError
from leti_trainer.examples import Example, micro_batches, plan_steps, read_examples
from leti_trainer.losses import weighted_nll
from leti_trainer.models import load_causal_lm, save_model
from leti_trainer.precision import has_fast_bfloat16, pick_device, pick_method
from leti_trainer.segments import SegmentTokenizer

Emit = Callable[[dict[str, Any]], None]
_FLOOR = 0.1
"""Share of the peak learning rate that is left at the last step."""


@dataclass(frozen=True)
class Settings:
    """TrainingSettings of src/protocol/training.ts."""

    method: str
    learning_rate: float
    epochs: int
    batch_size: int
    micro_batch_size: int
    max_tokens: int
    warmup_fraction: float
    weight_decay: float
    clip_norm: float
    lora_rank: int
    seed: int
    checkpoint_steps: int


def train(request: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Trains and writes the new model folder; goes on from a checkpoint in `work` if there is one.

    Returns steps, tokens, seconds, finalLoss, method and precision of the whole training.
    """
    settings = Settings(**{_snake(name): value for name, value in request["settings"].items()})
    folder, work = Path(request["model"]), Path(request["work"])
    if request["threads"] > 0:
        torch.set_num_threads(request["threads"])
    torch.manual_seed(settings.seed)
    device = pick_device(request["device"])
    examples, dropped = read_examples(
        Path(request["examples"]), SegmentTokenizer(folder), settings.max_tokens
    )
    if dropped > 0:
        emit(
            {
                "event": "notice",
                "message": f"{dropped} texts of more than {settings.max_tokens} tokens left out",
            }
        )
    if not examples:
        raise TrainerError("bad_input", f"{request['examples']} holds nothing to train on")
    model = load_causal_lm(folder).to(device)
    method = pick_method(settings.method, sum(p.numel() for p in model.parameters()), device)
    trained = _with_adapter(model, settings.lora_rank) if method == "lora" else model
    trained.train()
    bfloat16 = has_fast_bfloat16(device)
    steps = plan_steps(len(examples), settings.epochs, settings.batch_size, settings.seed)
    loop = _Loop(trained, settings, device, bfloat16, len(steps), emit, int(model.config.eos_token_id or 0))
    work.mkdir(parents=True, exist_ok=True)
    done = load_checkpoint(work, trained, loop.optimizer)
    started = time.monotonic()
    for step in range(done + 1, len(steps) + 1):
        loop.step(step, [examples[index] for index in steps[step - 1]])
        if step % settings.checkpoint_steps == 0 or step == len(steps):
            save_checkpoint(work, step, trained, loop.optimizer)
    merged = trained.merge_and_unload() if method == "lora" else trained
    with whole_folder(Path(request["out"])) as half:
        save_model(merged, folder, half)
    return {
        "steps": len(steps),
        "tokens": sum(len(examples[index].ids) for step in steps for index in step),
        "seconds": time.monotonic() - started,
        "finalLoss": loop.last_loss,
        "method": method,
        "precision": "bfloat16 autocast, float32 weights" if bfloat16 else "float32",
    }


class _Loop:
    """Optimiser steps with gradients normalised over the whole batch."""

    def __init__(
        self,
        model: Any,
        settings: Settings,
        device: torch.device,
        bfloat16: bool,
        total: int,
        emit: Emit,
        pad_id: int,
    ) -> None:
        self.optimizer = torch.optim.AdamW(_groups(model, settings.weight_decay), lr=settings.learning_rate)
        self.last_loss = 0.0
        self._model = model
        self._settings = settings
        self._device = device
        self._bfloat16 = bfloat16
        self._total = total
        self._emit = emit
        self._pad_id = pad_id
        self._micro = settings.micro_batch_size
        self._parameters = [p for p in model.parameters() if p.requires_grad]

    def step(self, number: int, batch: list[Example]) -> None:
        """One step over `batch`; when memory runs out the micro batch is halved and the step done again."""
        started = time.monotonic()
        rate = learning_rate(number, self._total, self._settings)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        while True:
            try:
                loss = self._gradients(batch)
                break
            except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                self._halve(error)
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, self._settings.clip_norm)
        if not math.isfinite(loss) or not math.isfinite(float(norm)):
            raise TrainerError(
                "bad_input", f"the loss became {loss} at step {number}; lower the learning rate"
            )
        self.optimizer.step()
        self.last_loss = loss
        self._emit(
            {
                "event": "step",
                "step": number,
                "steps": self._total,
                "loss": loss,
                "learningRate": rate,
                "gradNorm": float(norm),
                "tokens": sum(len(example.ids) for example in batch),
                "seconds": time.monotonic() - started,
            }
        )

    def _gradients(self, batch: list[Example]) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        return accumulate(self._model, batch, self._micro, self._pad_id, self._device, self._bfloat16)

    def _halve(self, error: BaseException) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        if self._micro == 1:
            raise TrainerError("out_of_memory", "one text at a time does not fit into memory") from error
        self._micro //= 2
        self._emit(
            {"event": "notice", "message": f"out of memory: going on with {self._micro} texts at once"}
        )


def accumulate(
    model: Any, batch: list[Example], micro: int, pad_id: int, device: torch.device, bfloat16: bool
) -> float:
    """Adds the gradients of the batch's mean loss a weighted token, for any micro batch; returns it."""
    total = sum(example.total_weight for example in batch)
    loss = 0.0
    for group in micro_batches(batch, micro):
        context = torch.autocast(device.type, torch.bfloat16) if bfloat16 else contextlib.nullcontext()
        with context:
            part = weighted_nll(model, group, pad_id, device) / total
        part.backward()
        loss += float(part.detach())
    return loss


def learning_rate(step: int, total: int, settings: Settings) -> float:
    """Linear warm-up, then a linear fall to a tenth at the last step. `step` counts from 1."""
    warmup = max(1, round(settings.warmup_fraction * total))
    if step <= warmup:
        return settings.learning_rate * step / warmup
    left = (total - step) / max(1, total - warmup)
    return settings.learning_rate * (_FLOOR + (1 - _FLOOR) * left)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out; on the CPU torch says so in a RuntimeError's words."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)


def _with_adapter(model: Any, rank: int) -> Any:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")
    return get_peft_model(model, config)


def _groups(model: Any, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay; biases and norms, which have one dimension, do not."""
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
