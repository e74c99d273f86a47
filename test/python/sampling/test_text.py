from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers

from leti_trainer.sampling.decode_text import TextStream
from leti_trainer.sampling.sampling import read_tokenizer

TEXTS = ["plain words\n", "naïve façade — 日本語 🎉🐍👩‍👩‍👧 end", "a\r\n\tb\x00c", "\ufffd kept", "🎉"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_grows_by_whole_characters(tiny: Path, text: str) -> None:
    tokenizer = read_tokenizer(tiny / "model")
    stream = TextStream(tokenizer, tokenizer.encode("def f(").ids)
    for token in tokenizer.encode(text, add_special_tokens=False).ids:
        before = stream.text
        assert stream.push(token) == (stream.text != before)
        assert text.startswith(stream.text)
    stream.flush()
    assert stream.text == text


def test_a_broken_character_shows_at_the_end_only(tiny: Path) -> None:
    tokenizer = read_tokenizer(tiny / "model")
    stream = TextStream(tokenizer, tokenizer.encode("x").ids)
    cut = tokenizer.encode("日", add_special_tokens=False).ids[:1]
    assert not stream.push(cut[0])
    assert stream.text == ""
    stream.flush()
    assert stream.text == "\ufffd"


def test_the_prompt_decides_about_a_leading_space() -> None:
    # Tokenizers of the SentencePiece kind drop the first space of what they decode.
    vocabulary = {"\u2581def": 0, "\u2581add": 1, "<unk>": 2}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    stream = TextStream(tokenizer, [0])
    stream.push(1)
    assert stream.text == " add"
