"""GGUF files, made here, brought back to model folders."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer, pre_tokenizers

from leti_trainer.errors import TrainerError
from leti_trainer.models.convert import convert_gguf

WIDTH = 64
ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>"]
UNUSED = ["[PAD0]", "[PAD1]"]
TOKENS = [*ALPHABET, "in", *CONTROL, *UNUSED]
SHAPES = {
    "attn_norm.weight": (WIDTH,),
    "attn_q.weight": (WIDTH, WIDTH),
    "attn_q.bias": (WIDTH,),
    "attn_k.weight": (WIDTH // 2, WIDTH),
    "attn_k.bias": (WIDTH // 2,),
    "attn_v.weight": (WIDTH // 2, WIDTH),
    "attn_v.bias": (WIDTH // 2,),
    "attn_output.weight": (WIDTH, WIDTH),
    "ffn_norm.weight": (WIDTH,),
    "ffn_gate.weight": (2 * WIDTH, WIDTH),
    "ffn_up.weight": (2 * WIDTH, WIDTH),
    "ffn_down.weight": (WIDTH, 2 * WIDTH),
}
RANDOM = np.random.default_rng(5)
EMBEDDING = RANDOM.normal(size=(len(TOKENS), WIDTH)).astype(np.float32)
FINE, COARSE = gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.Q4_0


def _write(file: Path, output: np.ndarray | None, architecture: str = "qwen2") -> str:
    """A Qwen2 of one layer; its embedding has 4 bits, its `output` 8. Returns the file's SHA-256."""
    writer = gguf.GGUFWriter(file, architecture)
    writer.add_block_count(1)
    writer.add_context_length(256)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(TOKENS)
    plain = [gguf.TokenType.NORMAL] * (len(ALPHABET) + 1)
    writer.add_token_types(
        [*plain, *[gguf.TokenType.CONTROL] * len(CONTROL), *[gguf.TokenType.UNUSED] * len(UNUSED)]
    )
    writer.add_token_merges(["i n"])
    writer.add_eos_token_id(TOKENS.index("<|im_end|>"))
    writer.add_pad_token_id(TOKENS.index("<|endoftext|>"))
    writer.add_bos_token_id(TOKENS.index("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template("{{ messages[0]['content'] }}")
    _add_rounded(writer, "token_embd.weight", EMBEDDING, COARSE)
    if output is not None:
        _add_rounded(writer, "output.weight", output, FINE)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for name, shape in SHAPES.items():
        writer.add_tensor(f"blk.0.{name}", RANDOM.normal(size=shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _add_rounded(writer: Any, name: str, matrix: np.ndarray, kind: gguf.GGMLQuantizationType) -> None:
    writer.add_tensor(name, gguf.quants.quantize(matrix, kind), raw_dtype=kind)


def _rounded(matrix: np.ndarray, kind: gguf.GGMLQuantizationType) -> np.ndarray:
    return gguf.quants.dequantize(gguf.quants.quantize(matrix, kind), kind)


def _converted(folder: Path, output: np.ndarray | None) -> tuple[int, Path]:
    sha256 = _write(folder / "model.gguf", output)
    out = folder / "out"
    return convert_gguf(str(folder / "model.gguf"), sha256, out)["parameters"], out


def test_one_matrix_in_two_precisions_is_tied_in_the_finer_one(tmp_path: Path) -> None:
    parameters, out = _converted(tmp_path, EMBEDDING)
    config = json.loads((out / "config.json").read_text())
    assert config["tie_word_embeddings"] is True
    assert config["architectures"] == ["Qwen2ForCausalLM"]
    weights = load_file(out / "model.safetensors")
    assert "lm_head.weight" not in weights
    np.testing.assert_array_equal(weights["model.embed_tokens.weight"], _rounded(EMBEDDING, FINE))
    assert parameters == sum(tensor.size for tensor in weights.values())
    assert json.loads((out / "generation_config.json").read_text())["eos_token_id"] == [
        TOKENS.index("<|im_end|>"),
        TOKENS.index("<|endoftext|>"),
    ]


def test_two_matrices_stay_two(tmp_path: Path) -> None:
    other = np.random.default_rng(6).normal(size=EMBEDDING.shape).astype(np.float32)
    _, out = _converted(tmp_path, other)
    assert json.loads((out / "config.json").read_text())["tie_word_embeddings"] is False
    weights = load_file(out / "model.safetensors")
    np.testing.assert_array_equal(weights["lm_head.weight"], _rounded(other, FINE))
    np.testing.assert_array_equal(weights["model.embed_tokens.weight"], _rounded(EMBEDDING, COARSE))


def test_the_tokenizer_is_that_of_the_original(tmp_path: Path) -> None:
    _, out = _converted(tmp_path, None)
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    vocabulary = tokenizer.get_vocab()
    assert not set(UNUSED) & set(vocabulary)
    assert {name: vocabulary[name] for name in CONTROL} == {name: TOKENS.index(name) for name in CONTROL}
    # Digits stay apart, and what looks different but reads the same is one text.
    assert tokenizer.encode("in12").tokens == ["in", "1", "2"]
    assert tokenizer.encode("e\u0301").ids == tokenizer.encode("\u00e9").ids
    config = json.loads((out / "tokenizer_config.json").read_text())
    assert (config.get("bos_token"), config["eos_token"], config["pad_token"]) == (
        None,
        "<|im_end|>",
        "<|endoftext|>",
    )
    assert config["model_max_length"] == 256
    assert (out / "chat_template.jinja").read_text() == "{{ messages[0]['content'] }}"


def test_another_architecture_and_an_altered_file_are_named(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    sha256 = _write(file, None, "gemma3")
    with pytest.raises(
        TrainerError, match="architecture 'gemma3', and LeTI converts llama and qwen2"
    ) as caught:
        convert_gguf(str(file), sha256, tmp_path / "out")
    assert caught.value.code == "bad_model"
    with pytest.raises(TrainerError, match=r"model\.gguf is altered: its SHA-256 is"):
        convert_gguf(str(file), "0" * 64, tmp_path / "out")
    assert not (tmp_path / "out").exists()
