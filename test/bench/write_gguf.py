"""Writes a model folder's float32 weights as a Q8_0 GGUF, with the vocabulary and settings of another GGUF.

Usage: python write_gguf.py MODEL_FOLDER TEMPLATE.gguf OUT.gguf. Llama models with tied embeddings only. Needs
`gguf` and `safetensors`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file

NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def main(model: Path, template: Path, out: Path) -> None:
    reader = gguf.GGUFReader(template)
    writer = gguf.GGUFWriter(out, arch="llama")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        element = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=element)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    heads = {
        "attn_q": int(reader.fields["llama.attention.head_count"].contents()),
        "attn_k": int(reader.fields["llama.attention.head_count_kv"].contents()),
    }
    for name, weights in sorted(load_file(model / "model.safetensors").items()):
        if name == "lm_head.weight":
            continue
        target, kind = _target(name)
        floats = np.ascontiguousarray(_interleaved(weights.astype(np.float32), heads.get(kind)))
        if floats.ndim == 1:
            writer.add_tensor(target, floats)
            continue
        quantised = gguf.quants.quantize(floats, gguf.GGMLQuantizationType.Q8_0)
        writer.add_tensor(target, quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _target(name: str) -> tuple[str, str]:
    """A tensor's name in the GGUF, and what it is in its layer."""
    layer = re.fullmatch(r"model\.layers\.(\d+)\.(.+)\.weight", name)
    kind = NAMES[layer[2] if layer else name.removesuffix(".weight")]
    return (f"blk.{layer[1]}.{kind}.weight" if layer else f"{kind}.weight"), kind


def _interleaved(weights: np.ndarray, heads: int | None) -> np.ndarray:
    """Rotary halves become pairs in queries and keys, as llama.cpp has them."""
    if heads is None:
        return weights
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
