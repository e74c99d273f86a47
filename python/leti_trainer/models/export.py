"""Export to ONNX by onnxruntime-genai's model builder, and torch's choices to compare an export with."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

from leti_trainer.atomic import whole_folder
from leti_trainer.errors import TrainerError, as_trainer_error
from leti_trainer.models.graph_edit import extend_graph
from leti_trainer.models.models import check_model_folder, load_causal_lm
from leti_trainer.models.weight_map import write_weight_map
from leti_trainer.requests import ChoicesRequest, ExportRequest
from leti_trainer.segments import SegmentTokenizer
from leti_trainer.training.examples import read_examples

_LONGEST_TEXT = 1024


def export(request: ExportRequest) -> dict[str, Any]:
    """Writes graph, tokenizer and, where the graph is understood, `weight_map.json` into `out`.

    Returns `unmapped`, which says why there is no map, or None. TrainerError `bad_model`: the model is
    incomplete or cannot be exported.
    """
    check_model_folder(request.model)
    with whole_folder(request.out) as half:
        build_graph(request.model, half, request.precision)
        unmapped = write_weight_map(request.model, half)
        extend_graph(half / "model.onnx")
    return {"unmapped": unmapped}


def build_graph(folder: Path, out: Path, precision: str) -> None:
    """Writes the ONNX graph of a model folder as the model builder makes it, with `genai_config.json`.

    `precision` is fp32 or int8. TrainerError `bad_model`: the builder cannot export this model.
    """
    from onnxruntime_genai.models.builder import create_model, parse_extra_options

    # It reports every matrix of every layer.
    logging.getLogger("onnxruntime.quantization.matmul_nbits_quantizer").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as cache:
        try:
            where = (None, str(folder), str(out), precision, "cpu", cache)
            create_model(*where, **parse_extra_options(*where, []))
        except Exception as error:  # noqa: BLE001 (an architecture that it does not know ends in many ways)
            if as_trainer_error(error).code != "internal":
                raise
            raise TrainerError("bad_model", f"the model in {folder} cannot be exported: {error}") from error


def first_choices(request: ChoicesRequest) -> dict[str, Any]:
    """Torch's likeliest next token after each token of texts, in float32: `sequences` of `ids` and `top1`.

    They hold `max_tokens` tokens at most. TrainerError `bad_input`: there is no text.
    """
    import torch

    examples = read_examples(request.texts, SegmentTokenizer(request.model), _LONGEST_TEXT).examples
    if not examples:
        raise TrainerError("bad_input", f"{request.texts} holds no text to compare on")
    if request.threads > 0:
        torch.set_num_threads(request.threads)
    model = load_causal_lm(request.model).eval()
    sequences: list[dict[str, list[int]]] = []
    left = request.max_tokens
    with torch.inference_mode():
        for example in examples:
            ids = example.ids[:left]
            top1 = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0].argmax(dim=-1)
            sequences.append({"ids": ids, "top1": top1.tolist()})
            left -= len(ids)
            if left <= 0:
                break
    return {"sequences": sequences}
