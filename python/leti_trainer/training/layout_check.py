"""Whether a model computes the same with shared beginnings as without them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import torch

from leti_trainer.errors import says_out_of_memory
from leti_trainer.training.examples import Example
from leti_trainer.training.layout import Layout, PlainLayout, TreeLayout
from leti_trainer.training.losses import TokenLoss

_TOLERANCE = 1e-4
"""Right forms differ in float32 by about 1e-6 of the loss. A form that sees a wrong token differs visibly."""
_MASK_TYPES = {"sdpa": torch.bool, "eager": torch.float32}


def choose_layout(model: Any, device: torch.device) -> Layout:
    """Trees for a model that computes the same with them, else one text per row.

    Needs the model in float32 and outside of autocast.
    """
    config = model.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    mask_type = _MASK_TYPES.get(config._attn_implementation)
    # A window is longer than the texts of the check, which would not show it.
    has_window = kinds != {"full_attention"} or getattr(config, "sliding_window", None) is not None
    if mask_type is None or has_window:
        return PlainLayout()
    trees = TreeLayout(mask_type)
    return trees if _agrees(model, trees, device) else PlainLayout()


def _agrees(model: Any, trees: TreeLayout, device: torch.device) -> bool:
    """Asks the model for the loss of each of a few made-up texts: alone, and in a tree of all of them."""
    size = int(model.config.get_text_config().vocab_size)
    lines = [[1, 2, 3, 4, 5, 6], [1, 2, 3, 7, 8], [1, 2, 3, 7, 9, 10, 11], [12, 13, 14]]
    texts = [Example([7919 * token % size for token in line], [1.0] * len(line)) for line in lines]
    silent = [dataclasses.replace(text, weights=[0.0] * len(text.ids)) for text in texts]
    was_training = model.training
    model.eval()
    in_trees, alone = TokenLoss(model, device, trees), TokenLoss(model, device, PlainLayout())
    try:
        with torch.inference_mode():
            return all(
                math.isclose(
                    float(in_trees([*silent[:place], text, *silent[place + 1 :]])),
                    float(alone([text])),
                    rel_tol=_TOLERANCE,
                )
                for place, text in enumerate(texts)
            )
    except (TypeError, ValueError, RuntimeError) as error:
        if says_out_of_memory(error):
            raise
        # The model takes no mask or positions of this form.
        return False
    finally:
        in_trees.close()
        alone.close()
        model.train(was_training)
