"""Writes a tiny random Llama with its tokenizer and its ONNX export: `python random_model.py OUT`.

OUT/model is a model folder, OUT/onnx its fp32 export with `choices.json`. OUT/onnx-unedited is that export
as it was before the trainer edited graphs. Small enough for every test run, and made of the same parts as any
model: byte-level tokens, special tokens, grouped attention.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import torch
from tiny_llama import byte_tokenizer, two_layers
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

sys.path.append(str(Path(__file__).resolve().parents[2] / "python"))

from leti_trainer.models.export import build_graph  # noqa: E402
from leti_trainer.models.graph_edit import extend_graph  # noqa: E402

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEXTS = [
    "def add(a, b):\n    return a + b\n",
    "for item in items:\n        print(item)\n",
    "the quick brown fox jumps over the lazy dog 0123456789",
    "Grüße, naïve façade, 日本語, emoji 🎉🐍",
]
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def write(out: Path) -> None:
    torch.manual_seed(7)
    tokenizer = byte_tokenizer(TEXTS * 20, SPECIAL, 400)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    fast.chat_template = TEMPLATE
    config = two_layers(tokenizer, max_position_embeddings=512, pad_token_id=2, initializer_range=0.3)
    model = LlamaForCausalLM(config).eval()
    folder, onnx = out / "model", out / "onnx"
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    build_graph(folder, onnx, "fp32")
    sequences = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        with torch.inference_mode():
            top1 = model(input_ids=torch.tensor([ids])).logits[0].argmax(dim=-1)
        sequences.append({"ids": ids, "top1": top1.tolist()})
    (onnx / "choices.json").write_text(json.dumps({"sequences": sequences}), encoding="utf-8")
    shutil.copytree(onnx, out / "onnx-unedited")
    assert extend_graph(onnx / "model.onnx")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
