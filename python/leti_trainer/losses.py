"""The losses. Each is a sum over tokens; the step divides by the weight of its whole batch."""

from __future__ import annotations

from typing import Any

import torch

from leti_trainer.errors import TrainerError
from leti_trainer.examples import Example

_LEAST_LOSS = 1e-4
"""Of a token that is not to be written: below it 1 - p cannot be told from 0 in float32."""


class TokenLoss:
    """Sum over the examples' tokens, each by its weight w, of a token's probability p:

    - w > 0: w x -log p, the plain LM loss of the paper;
    - w < 0: -w x -log(1 - p), the unlikelihood of a token that is not to be written (arXiv 1908.04319).

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
        signed = weights[used].to(self._device)
        if bool((signed < 0).any()):
            losses = torch.where(signed > 0, losses, _unlikelihood(losses))
        return (losses * signed.abs()).sum()

    def close(self) -> None:
        """Gives the model its own output layer back."""
        self._hook.remove()

    def _only_used(self, _head: Any, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return (inputs[0][self._used], *inputs[1:])


def _unlikelihood(losses: torch.Tensor) -> torch.Tensor:
    """-log(1 - p) of tokens whose -log p is given; finite for a certain one, where no gradient is left."""
    return -torch.log1p(-torch.exp(-losses.clamp(min=_LEAST_LOSS)))
