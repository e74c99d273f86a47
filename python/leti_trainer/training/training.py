"""A training: one model, one file of weighted texts, one folder of new weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch

from leti_trainer.atomic import whole_folder
from leti_trainer.errors import TrainerError
from leti_trainer.models.models import check_model_folder, load_causal_lm, save_model
from leti_trainer.precision import (
    LEARNING_RATES,
    give_back_memory,
    has_fast_bfloat16,
    pick_device,
    pick_method,
)
from leti_trainer.requests import TrainRequest
from leti_trainer.segments import SegmentTokenizer
from leti_trainer.training.adapters import merged, with_adapters
from leti_trainer.training.checkpoints import (
    Progress,
    clear_checkpoints,
    load_checkpoint,
    newest_progress,
    save_checkpoint,
    training_name,
)
from leti_trainer.training.examples import Example, plan_steps, read_examples
from leti_trainer.training.layout_check import choose_layout
from leti_trainer.training.loop import Loop
from leti_trainer.training.losses import TokenLoss
from leti_trainer.training.speed import matmul_gflops
from leti_trainer.training.workers import Workers, is_first_worker

Emit = Callable[[dict[str, Any]], None]


def train(request: TrainRequest, emit: Emit) -> dict[str, Any]:
    """Trains and writes the new model folder; continues from a checkpoint of this training in `work`.

    Returns steps, tokens, seconds, finalLoss (nats per weighted token), method and precision; all count the
    whole training, also its parts before an interruption. `gflops` is the useful work of this process per
    second (speed.py), and `matmulGflops` what the machine reaches in a matrix product. TrainerError:
    `bad_model`, `bad_input` or `out_of_memory`.
    """
    settings = request.settings
    give_back_memory()
    if request.threads > 0:
        torch.set_num_threads(request.threads)
    check_model_folder(request.model)
    examples = _examples(request, emit)
    device = pick_device(request.device)
    workers = Workers(on_cpu=device.type == "cpu")
    if workers.device is not None:
        device = torch.device(workers.device)
    name = training_name(request)
    found = _checkpoint(request, name, emit)
    model = load_causal_lm(request.model).to(device)
    layout = choose_layout(model, device)
    parameters = sum(p.numel() for p in model.parameters())
    # "auto" depends on the memory that is free at the time, so a checkpoint keeps its choice.
    method = found[1].method if found else pick_method(settings.method, parameters, device)
    torch.manual_seed(settings.seed)
    bfloat16 = has_fast_bfloat16(device)
    trained = with_adapters(model, settings.lora_rank, bfloat16) if method == "lora" else model
    trained.train()
    micro = min(settings.micro_batch_size, found[1].micro_batch_size if found else settings.batch_size)
    loss = TokenLoss(trained, device, layout)
    rate = settings.learning_rate or LEARNING_RATES[method]
    loop = Loop(trained, loss, settings, rate, micro, bfloat16, device, workers, emit)
    progress = Progress(name, 0, method, micro, 0.0, 0.0)
    if found is not None:
        if load_checkpoint(found[0], found[1].step, trained, loop.optimizer):
            progress = found[1]
        else:
            emit(
                {
                    "event": "notice",
                    "message": "the last checkpoint is damaged; the training starts from the beginning",
                }
            )
    steps = plan_steps(len(examples), settings.epochs, settings.batch_size, settings.seed, settings.steps)
    matmul = matmul_gflops(device, torch.bfloat16 if bfloat16 else torch.float32)
    started = time.monotonic() - progress.seconds
    for step in range(progress.step + 1, len(steps) + 1):
        value = loop.step(step, len(steps), [examples[index] for index in steps[step - 1]])
        seconds = time.monotonic() - started
        progress = Progress(name, step, method, loop.micro_batch_size, seconds, value)
        if step % settings.checkpoint_steps == 0 and step < len(steps) and is_first_worker():
            save_checkpoint(request.work, progress, trained, loop.optimizer)
    loss.close()
    if is_first_worker():
        with whole_folder(request.out) as half:
            save_model(merged(trained, request.model) if method == "lora" else trained, request.model, half)
        clear_checkpoints(request.work)
    workers.wait()
    return {
        "steps": len(steps),
        "tokens": sum(len(examples[index].ids) for step in steps for index in step),
        "seconds": progress.seconds,
        "finalLoss": progress.loss,
        "method": method,
        "precision": "bfloat16 autocast, float32 weights" if bfloat16 else "float32",
        "gflops": loop.operations / loop.seconds / 1e9 if loop.seconds > 0 else 0.0,
        "matmulGflops": matmul,
    }


def _examples(request: TrainRequest, emit: Emit) -> list[Example]:
    found = read_examples(request.examples, SegmentTokenizer(request.model), request.settings.max_tokens)
    if found.too_long > 0:
        limit = request.settings.max_tokens
        emit({"event": "notice", "message": f"{found.too_long} texts of more than {limit} tokens left out"})
    if found.weightless > 0:
        emit({"event": "notice", "message": f"{found.weightless} texts without a token to learn left out"})
    if not found.examples:
        raise TrainerError("bad_input", f"{request.examples} holds nothing to train on")
    return found.examples


def _checkpoint(request: TrainRequest, name: str, emit: Emit) -> Any:
    """Folder and progress to continue from, or None; removes checkpoints of another training."""
    request.work.mkdir(parents=True, exist_ok=True)
    found = newest_progress(request.work)
    if found is not None and found[1].training == name:
        return found
    if any(request.work.glob("checkpoint-*")) and is_first_worker():
        emit(
            {
                "event": "notice",
                "message": "the checkpoint belongs to another training; this one starts from the beginning",
            }
        )
        clear_checkpoints(request.work)
    return None
