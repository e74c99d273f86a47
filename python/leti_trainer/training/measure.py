"""How likely a model finds given texts; nothing is trained."""

from __future__ import annotations

from typing import Any

import torch

from leti_trainer.errors import TrainerError
from leti_trainer.models.models import check_model_folder, load_causal_lm
from leti_trainer.precision import give_back_memory, pick_device
from leti_trainer.requests import MeasureRequest
from leti_trainer.segments import SegmentTokenizer
from leti_trainer.training.examples import read_examples
from leti_trainer.training.layout import PlainLayout
from leti_trainer.training.losses import TokenLoss


def measure(request: MeasureRequest) -> dict[str, Any]:
    """Negative log-likelihood (nats, tokens times their weight, summed) and weight of each text, in order.

    TrainerError `bad_input`: a text is too long or has no token to measure. Leaving it out would go
    unnoticed.
    """
    give_back_memory()
    if request.threads > 0:
        torch.set_num_threads(request.threads)
    check_model_folder(request.model)
    found = read_examples(request.texts, SegmentTokenizer(request.model), request.max_tokens)
    if found.too_long > 0 or found.weightless > 0 or not found.examples:
        raise TrainerError(
            "bad_input",
            f"{request.texts}: expected texts of 2 to {request.max_tokens} tokens; "
            f"{found.too_long} are longer, {found.weightless} have nothing to measure",
        )
    device = pick_device(request.device)
    model = load_causal_lm(request.model).to(device).eval()
    loss = TokenLoss(model, device, PlainLayout())
    with torch.inference_mode():
        texts = [
            {"loss": float(loss([example])), "weight": example.total_weight} for example in found.examples
        ]
    loss.close()
    return {"texts": texts}
