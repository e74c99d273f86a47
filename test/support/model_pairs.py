"""Makes pairs of tiny models of one shape with the builder's exports: `python model_pairs.py OUT`.

OUT/KIND/base and OUT/KIND/trained hold `model`, `fp32` and `int8`. The trained weights have 16 bits. `llama`
has a head of its own; `qwen2` shares it with the embedding, has biases, and rows that no block divides.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from tiny_llama import byte_tokenizer, two_layers
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

sys.path.append(str(Path(__file__).resolve().parents[2] / "python"))

from leti_trainer.models.export import export  # noqa: E402
from leti_trainer.requests import ExportRequest  # noqa: E402

TEXTS = ["def add(a, b):\n    return a + b\n", "for item in items:\n        print(item)\n"]


def write(out: Path) -> None:
    tokenizer = byte_tokenizer(TEXTS * 20, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], 300)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    llama = two_layers(tokenizer, max_position_embeddings=128)
    qwen = Qwen2Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=48,
        intermediate_size=80,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
    )
    for kind, make, dtype in (
        ("llama", lambda: LlamaForCausalLM(llama), torch.bfloat16),
        ("qwen2", lambda: Qwen2ForCausalLM(qwen), torch.float16),
    ):
        for seed, name in enumerate(("base", "trained")):
            torch.manual_seed(seed)
            model = make()
            for weights in model.parameters():
                # Also those that begin as ones or zeros, so that no two of them are alike.
                weights.data += 0.1 * torch.randn_like(weights)
            folder = out / kind / name / "model"
            model.to(torch.float32 if name == "base" else dtype).save_pretrained(folder)
            fast.save_pretrained(folder)
            for precision in ("fp32", "int8"):
                request = {"method": "export", "model": str(folder), "precision": precision}
                request["out"] = str(out / kind / name / precision)
                assert export(ExportRequest.model_validate(request)) == {"unmapped": None}


if __name__ == "__main__":
    write(Path(sys.argv[1]))
