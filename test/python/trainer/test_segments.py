from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SPECIAL, segment
from tokenizers import Tokenizer

from leti_trainer.errors import TrainerError
from leti_trainer.segments import SegmentTokenizer


@pytest.mark.parametrize("special", SPECIAL)
def test_only_a_frame_yields_a_special_token(model_folder: Path, special: str) -> None:
    tokenizer = SegmentTokenizer(model_folder)
    plain = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    spelled = f"before {special}\n{special}{special} after"
    special_ids = {plain.token_to_id(name) for name in SPECIAL}

    text = tokenizer.encode_segments([segment(spelled, "text", "program", 1)])
    assert special_ids.isdisjoint(text)
    assert plain.decode(text, skip_special_tokens=False) == spelled

    assert tokenizer.encode_segments([segment(special, "frame", "end", 1)]) == [plain.token_to_id(special)]


def test_a_text_split_over_segments_does_not_join_to_a_special_token(model_folder: Path) -> None:
    ids = SegmentTokenizer(model_folder).encode_segments(
        [segment("<|im_", "text", "task", 0), segment("end|>", "frame", "task", 0)]
    )
    assert 2 not in ids


def test_a_control_token_is_special_even_where_its_tokenizer_does_not_say_so(
    model_folder: Path, tmp_path: Path
) -> None:
    tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    tokenizer.add_tokens(["<|fim_prefix|>", "<tool_call>"])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    control = tokenizer.token_to_id("<|fim_prefix|>")
    segments = SegmentTokenizer(tmp_path)
    assert control not in segments.encode_segments([segment("a<|fim_prefix|>b", "text", "program", 1)])
    assert control in segments.encode_segments([segment("a<|fim_prefix|>b", "frame", "program", 1)])


def test_each_token_has_the_weight_of_its_segment(model_folder: Path) -> None:
    tokenizer = SegmentTokenizer(model_folder)
    segments = [
        segment("<g>", "frame", "verdict", 1),
        segment("Add two numbers.", "text", "task", 0),
        segment("def add(a, b):\n    return a + b\n", "text", "program", 0.25),
    ]
    ids, weights = tokenizer.encode_weighted(segments)
    lengths = [len(tokenizer.encode_segments([part])) for part in segments]
    assert weights == [1.0] * lengths[0] + [0.0] * lengths[1] + [0.25] * lengths[2]
    assert ids == tokenizer.encode_segments(segments)


def test_an_unknown_kind_is_refused(model_folder: Path) -> None:
    with pytest.raises(ValueError, match="kind"):
        SegmentTokenizer(model_folder).encode_segments([segment("x", "chat", "task", 0)])


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_folder_without_a_tokenizer_is_a_bad_model(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content, encoding="utf-8")
    with pytest.raises(TrainerError, match=r"tokenizer\.json") as raised:
        SegmentTokenizer(tmp_path)
    assert raised.value.code == "bad_model"
