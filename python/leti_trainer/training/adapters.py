"""LoRA: small matrices beside frozen weights, made fast, and added to the weights at the end."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import torch

from leti_trainer.models.models import load_causal_lm

_NAME = "default"


def with_adapters(model: Any, rank: int, bfloat16: bool) -> Any:
    """The model with adapters of this rank beside each linear layer but its output layer; the rest is frozen.

    With `bfloat16` the frozen matrices are rounded to it, as autocast would do for every product. That halves
    their memory. `merged` adds the adapters to the exact weights.
    """
    from peft import LoraConfig, get_peft_model
    from peft.tuners.lora import Linear

    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")
    adapted = get_peft_model(model, config)
    for layer in adapted.modules():
        if isinstance(layer, Linear) and isinstance(layer.base_layer, torch.nn.Linear):
            if bfloat16:
                layer.base_layer.to(torch.bfloat16)
            # The library's own form makes three passes more over each layer's output.
            layer.forward = partial(_forward, layer)
    return adapted


def merged(adapted: Any, source: Path) -> Any:
    """The model of the folder `source`, in float32 on the CPU, with the adapters' changes added."""
    from peft.tuners.lora import LoraLayer

    model = load_causal_lm(source)
    with torch.no_grad():
        for name, layer in adapted.base_model.model.named_modules():
            if isinstance(layer, LoraLayer):
                change = layer.get_delta_weight(_NAME)
                model.get_submodule(name).weight.add_(change.float().cpu())
    return model


def _forward(layer: Any, x: torch.Tensor) -> torch.Tensor:
    """(..., I) to (..., O), in the type of the frozen weight."""
    base = layer.base_layer
    low, high = (side[_NAME].weight.to(base.weight.dtype) for side in (layer.lora_A, layer.lora_B))
    flat = x.reshape(-1, x.shape[-1]).to(base.weight.dtype)
    y = _AdaptedLinear.apply(flat, base.weight, base.bias, low, high, layer.scaling[_NAME])
    return y.view(*x.shape[:-1], y.shape[-1])


class _AdaptedLinear(torch.autograd.Function):
    """y = x W^T + b + scale (x A^T) B^T, with gradients for x (M, I), A (r, I) and B (O, r) only.

    The adapter's part is added in place, and nothing of size (M, O) is kept for the way back.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        low: torch.Tensor,
        high: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        inner = x @ low.T
        y = torch.nn.functional.linear(x, weight, bias)
        y.addmm_(inner, high.T, alpha=scale)
        ctx.save_for_backward(x, weight, low, high, inner)
        ctx.scale = scale
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, weight, low, high, inner = ctx.saved_tensors
        (given,) = gradients
        inner_gradient = (given @ high).mul_(ctx.scale)
        wanted = None
        if ctx.needs_input_grad[0]:
            wanted = given @ weight
            wanted.addmm_(inner_gradient, low)
        return wanted, None, None, inner_gradient.T @ x, (given.T @ inner).mul_(ctx.scale), None
