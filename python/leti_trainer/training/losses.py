"""The loss: a sum over tokens. The step divides it by the weight of its whole batch."""

from __future__ import annotations

from typing import Any

import torch

from leti_trainer.errors import TrainerError
from leti_trainer.training.examples import Example


class TokenLoss:
    """The LM loss of the paper: -log p of each token of the examples times its weight, summed.

    Rows are padded on the right. A causal model never looks there from a real token, so no mask is needed and
    attention takes its fast causal path. Logits are computed where a weight stands and nowhere else: with a
    vocabulary of tens of thousands they would be most of the memory. That is done in front of the model's
    output layer, so that whatever the model does with its logits afterwards (scaling, capping) still happens.
    """

    def __init__(self, model: Any, device: torch.device) -> None:
        head = model.get_output_embeddings()
        if head is None:
            raise TrainerError("bad_model", "the model has no output layer; expected a causal language model")
        self._model = model
        self._device = device
        self._used = torch.empty(0, dtype=torch.bool)
        self._hook = head.register_forward_pre_hook(self._only_used)

    def __call__(self, examples: list[Example]) -> torch.Tensor:
        """The summed loss of the examples, in nats: a float32 scalar with its graph, on the model's device.

        Internally B examples become ids (B, T) int64, padded with 0 on the right to the longest. The N
        positions with a weight give logits (N, V), which the loss reads in float32. The sum is not divided:
        the step divides it by the weight of its whole batch. Errors of torch pass through, also when memory
        runs out.
        """
        length = max(len(example.ids) for example in examples)
        ids = torch.zeros((len(examples), length), dtype=torch.long)
        # Position i predicts token i + 1 and so carries its weight.
        weights = torch.zeros((len(examples), length), dtype=torch.float32)
        for row, example in enumerate(examples):
            ids[row, : len(example.ids)] = torch.tensor(example.ids)
            weights[row, : len(example.ids) - 1] = torch.tensor(example.weights[1:])
        used = weights != 0
        targets = ids.roll(-1, dims=1)[used].to(self._device)
        self._used = used.to(self._device)
        logits = self._model(input_ids=ids.to(self._device), use_cache=False).logits
        losses = torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")
        return (losses * weights[used].to(self._device)).sum()

    def close(self) -> None:
        """Removes the hook from the model's output layer; the model then gives all logits again."""
        self._hook.remove()

    def _only_used(self, _head: Any, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return (inputs[0][self._used], *inputs[1:])
