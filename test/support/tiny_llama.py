"""The parts of tests' tiny models: small, and of the same make as any model (byte-level tokens, special
tokens, grouped attention)."""

from __future__ import annotations

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig


def byte_tokenizer(texts: list[str], special: list[str], size: int) -> Tokenizer:
    """A byte-level BPE tokenizer trained on the texts; `special` get the first ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def two_layers(tokenizer: Tokenizer, **more: object) -> LlamaConfig:
    """Two layers of width 64; ids 1 and 2 begin and end a text."""
    return LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        bos_token_id=1,
        eos_token_id=2,
        **more,
    )
