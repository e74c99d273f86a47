"""The losses. Each is a sum over tokens; the step divides by the weight of its whole batch."""

from __future__ import annotations

from typing import Any

import torch

from leti_trainer.examples import Example


def weighted_nll(model: Any, examples: list[Example], pad_id: int, device: torch.device) -> torch.Tensor:
    """Sum of weight x negative log-likelihood over the examples' tokens (the plain LM loss of the paper).

    Rows are padded on the left, so that the programs, which stand last, line up and logits are computed for
    the last positions only: with a vocabulary of tens of thousands they are most of the memory.
    """
    length = max(len(example.ids) for example in examples)
    kept = min(length, max(example.span for example in examples) + 1)
    ids = torch.full((len(examples), length), pad_id, dtype=torch.long)
    mask = torch.zeros((len(examples), length), dtype=torch.long)
    weights = torch.zeros((len(examples), length), dtype=torch.float32)
    for row, example in enumerate(examples):
        start = length - len(example.ids)
        ids[row, start:] = torch.tensor(example.ids)
        mask[row, start:] = 1
        weights[row, start:] = torch.tensor(example.weights)
        # Nothing stands before the first token from which it could be predicted.
        weights[row, start] = 0
    ids, mask, weights = ids.to(device), mask.to(device), weights.to(device)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    logits = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=positions,
        use_cache=False,
        logits_to_keep=kept,
    ).logits
    targets = ids[:, -(kept - 1) :].reshape(-1)
    target_weights = weights[:, -(kept - 1) :].reshape(-1)
    predicted = logits[:, :-1].reshape(-1, logits.shape[-1])
    used = target_weights > 0
    losses = torch.nn.functional.cross_entropy(predicted[used].float(), targets[used], reduction="none")
    return (losses * target_weights[used]).sum()
