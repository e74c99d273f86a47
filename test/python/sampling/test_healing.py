from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from leti_trainer.sampling.decode import DecodeItem, DecodeSettings, decode_batch
from leti_trainer.sampling.healing import ByteVocabulary, EncodedPrompt
from leti_trainer.sampling.sampling import read_tokenizer
from leti_trainer.segments import SegmentTokenizer

FRAME = {"kind": "frame", "text": "<|im_start|>"}


class RandomEngine:
    """Any token may follow; it keeps what was chosen for each row."""

    name = "random"
    context_length = 512
    joins = False

    def __init__(self, vocabulary: int) -> None:
        self._random = np.random.default_rng(1)
        self._vocabulary = vocabulary
        self.written: list[list[int]] = []

    def start(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        self.written = [
            prompt[:-1] for prompt, count in zip(prompts, counts, strict=True) for _ in range(count)
        ]

    def join(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        raise AssertionError("all rows fit")

    def step(self, tokens: np.ndarray) -> np.ndarray:
        for row, token in zip(self.written, tokens, strict=True):
            row.append(int(token))
        return self._random.normal(0, 3, (len(tokens), self._vocabulary)).astype(np.float32)

    def keep(self, slots: np.ndarray) -> None:
        raise AssertionError("no row ends early")


@pytest.mark.parametrize("settings", [(0.0, 1.0, 0), (1.0, 1.0, 0), (1.0, 0.9, 0), (0.8, 1.0, 5)])
def test_rows_write_the_ends_of_their_prompts_again(tiny: Path, settings: tuple[float, float, int]) -> None:
    tokenizer = read_tokenizer(tiny / "model")
    vocabulary, segments = ByteVocabulary(tokenizer), SegmentTokenizer(tiny / "model")
    texts = ["def add(", "self.nam", "if x:\n        ", 'x = "', "日本", "x = ", "end\n"]
    prompts = [vocabulary.encode_prompt(segments, [FRAME, {"kind": "text", "text": text}]) for text in texts]
    assert all(prompt.owed for prompt in prompts)
    items = [
        DecodeItem(key=key, prompt=prompt, samples=3, stop=re.compile("(?!)"))
        for key, prompt in enumerate(prompts)
    ]
    engine = RandomEngine(tokenizer.get_vocab_size() + 3)
    programs: dict[tuple[int, int], str] = {}
    temperature, top_p, top_k = settings
    decode_batch(
        engine,
        tokenizer,
        vocabulary,
        frozenset(),
        items,
        DecodeSettings(temperature, top_p, top_k, max_tokens=24, seed=1, round=1, rows=64),
        lambda program: programs.update({(program["key"], program["sample"]): program["text"]}),
    )
    for (key, sample), program in programs.items():
        whole = tokenizer.decode(engine.written[3 * key + sample], skip_special_tokens=False)
        assert whole.startswith(FRAME["text"] + texts[key])
        # The last token was chosen and never read.
        assert (FRAME["text"] + texts[key] + program).startswith(whole.rstrip("\N{REPLACEMENT CHARACTER}"))


def test_a_constraint_ends_with_its_last_byte(tiny: Path) -> None:
    vocabulary = ByteVocabulary(read_tokenizer(tiny / "model"))
    logits = np.zeros((2, 410), dtype=np.float32)
    vocabulary.restrict(logits, [(), ("(",)])
    assert np.isfinite(logits[0]).all()
    allowed = np.flatnonzero(np.isfinite(logits[1])).tolist()
    assert allowed == sorted(vocabulary.fitting(("(",)).always) != []
    assert {vocabulary.pay(("(",), token) for token in allowed} == {()}


def test_a_beginning_fits_as_the_first_choice_only(tiny: Path) -> None:
    tokenizer = read_tokenizer(tiny / "model")
    vocabulary = ByteVocabulary(tokenizer)
    beginning, whole, other = (tokenizer.token_to_id(token) for token in ("f", "for", "x"))
    logits = np.zeros((2, 410), dtype=np.float32)
    logits[:, beginning], logits[:, other] = 1, [2, 0]
    vocabulary.restrict(logits, [("for",), ("for",)])
    assert np.isfinite(logits[:, [beginning, whole, other]]).tolist() == [
        [False, True, False],
        [True, True, False],
    ]


def test_special_tokens_are_never_given_back(tiny: Path) -> None:
    vocabulary, segments = (
        ByteVocabulary(read_tokenizer(tiny / "model")),
        SegmentTokenizer(tiny / "model"),
    )
    ends_in_frame = [{"kind": "text", "text": "x"}, {"kind": "frame", "text": "<|im_end|>x"}]
    assert vocabulary.encode_prompt(segments, ends_in_frame).owed == ()
    prompt = vocabulary.encode_prompt(segments, [FRAME, {"kind": "text", "text": "x"}])
    assert (prompt.ids, prompt.given) == (segments.encode_segments([FRAME]), "x")


def test_other_kinds_of_vocabularies_are_left_alone(tmp_path: Path) -> None:
    tokenizer = Tokenizer(
        models.BPE(vocab={"\u2581def": 0, "\u2581a": 1, "<unk>": 2}, merges=[], unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    prompt = [{"kind": "text", "text": "def a"}]
    encoded = ByteVocabulary(tokenizer).encode_prompt(SegmentTokenizer(tmp_path), prompt)
    assert encoded == EncodedPrompt(SegmentTokenizer(tmp_path).encode_segments(prompt), (), "")
