"""The loss: a sum over tokens. The step divides it by the weight of its whole batch."""

from __future__ import annotations

from typing import Any

import torch

from leti_trainer.errors import TrainerError
from leti_trainer.training.examples import Example
from leti_trainer.training.layout import Layout


class TokenLoss:
    """The LM loss of the paper: -log p of each token of the examples times its weight, summed.

    Logits are computed where a weight stands and nowhere else: with a vocabulary of tens of thousands they
    would be most of the memory. That is done in front of the model's output layer, so that whatever the model
    does with its logits afterwards (scaling, capping) still happens.
    """

    def __init__(self, model: Any, device: torch.device, layout: Layout) -> None:
        head = model.get_output_embeddings()
        if head is None:
            raise TrainerError("bad_model", "the model has no output layer; expected a causal language model")
        self.layout = layout
        self.counted = (0, 0)
        """Tokens, without padding, and labels of the last call."""
        self._model = model
        self._device = device
        self._used: torch.Tensor | None = None
        self._hook = head.register_forward_pre_hook(self._only_used)

    def __call__(self, examples: list[Example]) -> torch.Tensor:
        """The summed loss of the examples, in nats: a float32 scalar with its graph, on the model's device.

        The layout makes rows (B, T) of them. The N places with a weight give logits (N, V), which the loss
        reads in float32. The sum is not divided: the step divides it by the weight of its whole batch. Errors
        of torch pass through, also when memory runs out.
        """
        rows = self.layout.rows(examples)
        arguments = {name: tensor.to(self._device) for name, tensor in rows.arguments.items()}
        self._used = rows.places.to(self._device)
        try:
            logits = self._model(**arguments, use_cache=False).logits
        finally:
            self._used = None
        targets, weights = rows.targets.to(self._device), rows.weights.to(self._device)
        self.counted = (rows.tokens, len(rows.targets))
        losses = torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")
        return (losses * weights).sum()

    def close(self) -> None:
        """Removes the hook from the model's output layer."""
        self._hook.remove()

    def _only_used(self, _head: Any, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...] | None:
        if self._used is None:
            return None
        return (inputs[0].flatten(0, 1)[self._used], *inputs[1:])
