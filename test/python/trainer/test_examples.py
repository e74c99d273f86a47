from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from conftest import segment

from leti_trainer.errors import TrainerError
from leti_trainer.segments import SegmentTokenizer
from leti_trainer.training.examples import plan_steps, read_examples


def _line(*segments: dict[str, Any]) -> str:
    return json.dumps({"id": "e", "segments": list(segments)}, ensure_ascii=False)


def test_long_examples_are_left_out_whole_and_counted(model_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    parts = [segment("y" * length, "text", "program", 1) for length in (5, 6, 7, 40)]
    file.write_text("\n\n".join(_line(part) for part in parts), encoding="utf-8")
    tokenizer = SegmentTokenizer(model_folder)
    wanted = [ids for ids in (tokenizer.encode_segments([part]) for part in parts) if len(ids) <= 6]
    assert 0 < len(wanted) < len(parts)

    read = read_examples(file, tokenizer, 6)
    assert [example.ids for example in read.examples] == wanted
    assert (read.too_long, read.weightless) == (len(parts) - len(wanted), 0)


def test_examples_without_a_weighted_prediction_are_counted(model_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    # The first token is never predicted, so a weight on it alone is none.
    weightless = [
        _line(segment("a task", "text", "task", 0)),
        _line(segment("<g>", "frame", "verdict", 1), segment("a task", "text", "task", 0)),
    ]
    file.write_text(
        "\n".join([*weightless, _line(segment("pass\n", "text", "program", 1))]), encoding="utf-8"
    )
    read = read_examples(file, SegmentTokenizer(model_folder), 64)
    assert (len(read.examples), read.too_long, read.weightless) == (1, 0, 2)


def test_only_a_newline_ends_a_line(model_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text(_line(segment("a\u2028b\u0085c", "text", "program", 1)) + "\n", encoding="utf-8")
    assert len(read_examples(file, SegmentTokenizer(model_folder), 64).examples) == 1


_GOOD = segment("pass\n", "text", "program", 1)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": "e"}',
        '{"id": "e", "segments": []}',
        '{"id": "e", "segments": ["text"]}',
        _line(_GOOD | {"kind": "chat"}),
        _line(_GOOD | {"role": "judge"}),
        _line(_GOOD | {"weight": -0.5}),
        _line(_GOOD | {"weight": math.nan}),
        _line(_GOOD | {"weight": "1"}),
        _line(_GOOD | {"text": 3}),
        _line(_GOOD | {"more": 3}),
    ],
)
def test_a_bad_line_is_named(model_folder: Path, tmp_path: Path, line: str) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text("\n".join([_line(_GOOD), "", line, _line(_GOOD)]), encoding="utf-8")
    with pytest.raises(TrainerError, match=r"broken\.jsonl:3\b") as raised:
        read_examples(file, SegmentTokenizer(model_folder), 64)
    assert raised.value.code == "bad_input"


def test_a_file_that_cannot_be_read_is_named(model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe{}\n")
    for name in ("missing.jsonl", "latin.jsonl"):
        with pytest.raises(TrainerError, match=name) as raised:
            read_examples(tmp_path / name, SegmentTokenizer(model_folder), 64)
        assert raised.value.code == "bad_input"


def test_a_plan_covers_every_example_once_an_epoch() -> None:
    plan = plan_steps(10, epochs=3, batch_size=4, seed=5)
    assert [len(step) for step in plan] == [4, 4, 2] * 3
    epochs = [sum(plan[start : start + 3], []) for start in (0, 3, 6)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(10))] * 3
    assert epochs[0] != epochs[1]


def test_a_plan_can_have_a_number_of_steps() -> None:
    by_epochs = plan_steps(10, epochs=5, batch_size=4, seed=5)
    assert plan_steps(10, epochs=1, batch_size=4, seed=5, most=7) == by_epochs[:7]
    assert plan_steps(10, epochs=9, batch_size=4, seed=5, most=2) == by_epochs[:2]


def test_a_plan_depends_on_its_arguments_alone() -> None:
    import random

    random.seed(1)
    first = plan_steps(50, 2, 8, 5)
    state = random.getstate()
    random.random()
    assert plan_steps(50, 2, 8, 5) == first
    assert plan_steps(50, 2, 8, 6) != first
    # More epochs only append.
    assert plan_steps(50, 3, 8, 5)[: len(first)] == first
    random.setstate(state)
    plan_steps(50, 2, 8, 5)
    assert random.getstate() == state
