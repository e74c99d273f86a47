"""Export to ONNX by onnxruntime-genai's model builder, with torch's predictions on given texts beside it."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from leti_trainer.atomic import whole_folder
from leti_trainer.errors import TrainerError
from leti_trainer.examples import read_examples
from leti_trainer.models import load_causal_lm
from leti_trainer.segments import SegmentTokenizer

_MOST_TOKENS = 3000
_LONGEST_TEXT = 1024


def export(request: dict[str, Any]) -> dict[str, Any]:
    """Writes graph, tokenizer and `agreement.json` into `out`; returns the number of compared tokens."""
    folder, out = Path(request["model"]), Path(request["out"])
    agreement = _teacher_forced(folder, Path(request["texts"]))
    with whole_folder(out) as half:
        _build(folder, half, request["precision"])
        (half / "agreement.json").write_text(json.dumps({"sequences": agreement}), encoding="utf-8")
    return {"tokens": sum(len(sequence["top1"]) for sequence in agreement)}


def _build(folder: Path, out: Path, precision: str) -> None:
    from onnxruntime_genai.models.builder import create_model, parse_extra_options

    with tempfile.TemporaryDirectory() as cache:
        try:
            where = (None, str(folder), str(out), precision, "cpu", cache)
            create_model(*where, **parse_extra_options(*where, []))
        except NotImplementedError as error:
            raise TrainerError(
                "bad_model", f"this model's architecture cannot be exported: {error}"
            ) from error
    shutil.rmtree(out / "cache", ignore_errors=True)


def _teacher_forced(folder: Path, texts: Path) -> list[dict[str, list[int]]]:
    """After each token of the texts, the one that torch holds likeliest, in float32."""
    import torch

    examples, _ = read_examples(texts, SegmentTokenizer(folder), _LONGEST_TEXT)
    if not examples:
        raise TrainerError("bad_input", f"{texts} holds no text to compare on")
    model = load_causal_lm(folder).eval()
    sequences: list[dict[str, list[int]]] = []
    left = _MOST_TOKENS
    with torch.inference_mode():
        for example in examples:
            ids = example.ids[:left]
            top1 = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0].argmax(dim=-1)
            sequences.append({"ids": ids, "top1": top1.tolist()})
            left -= len(ids)
            if left <= 0:
                break
    return sequences
