from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leti_trainer.errors import TrainerError
from leti_trainer.sampling.sampling import Sampler, end_ids, load_sampler, read_tokenizer

NEVER = "(?!)"
PROMPTS = [
    "def add(",
    "for item in items:\n    pri",
    "x",
    "Grüße, 日本語 and a longer prompt than the others have",
]


@pytest.fixture(scope="module", params=["onnx", "torch"])
def sampler(request: pytest.FixtureRequest, tiny: Path) -> Sampler:
    return load(tiny, request.param)


def load(tiny: Path, engine: str) -> Sampler:
    folder = tiny / ("onnx" if engine == "onnx" else "model")
    return load_sampler(engine, str(folder), str(tiny / "model"), "cpu", 1)


def item(prompt: str, samples: int = 1, stop: str = NEVER, key: int | None = None) -> dict[str, Any]:
    segments = [{"kind": "frame", "text": "<|im_start|>"}, {"kind": "text", "text": prompt}]
    return {"key": len(prompt) if key is None else key, "prompt": segments, "samples": samples, "stop": stop}


def run(
    sampler: Sampler, items: list[dict[str, Any]], rows: int = 64, **changes: Any
) -> list[dict[str, Any]]:
    settings = {"temperature": 0.9, "topP": 0.95, "topK": 0, "maxTokens": 24, "seed": 5, "round": 1} | changes
    programs: list[dict[str, Any]] = []
    result = sampler.sample({"items": items, "settings": settings, "rows": rows}, programs.append)
    assert result["programs"] == len(programs) == sum(entry["samples"] for entry in items)
    assert result["tokens"] == sum(program["tokens"] for program in programs)
    return programs


def by_name(programs: list[dict[str, Any]]) -> dict[tuple[int, int], dict[str, Any]]:
    return {(program["key"], program["sample"]): program for program in programs}


def test_ragged_batch_equals_one_by_one(sampler: Sampler) -> None:
    together = by_name(run(sampler, [item(prompt) for prompt in PROMPTS], temperature=0))
    for prompt in PROMPTS:
        [alone] = run(sampler, [item(prompt)], temperature=0)
        assert together[len(prompt), 0] == alone


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 64])
def test_rows_that_join_change_nothing(sampler: Sampler, rows: int) -> None:
    items = [
        item(prompt, 1 + place % 3, "\\n" if place % 2 else NEVER) for place, prompt in enumerate(PROMPTS)
    ]
    assert by_name(run(sampler, items, rows)) == by_name(run(sampler, items))


def test_an_export_that_was_not_edited_gives_the_same_programs(tiny: Path) -> None:
    items = [item(prompt, samples=2) for prompt in PROMPTS]
    unedited = load_sampler("onnx", str(tiny / "onnx-unedited"), str(tiny / "model"), "cpu", 1)
    assert by_name(run(unedited, items)) == by_name(run(load(tiny, "onnx"), items))


def test_leaving_rows_change_nothing_for_the_others(sampler: Sampler) -> None:
    free = by_name(run(sampler, [item(prompt, 4) for prompt in PROMPTS], maxTokens=40))
    # Every other prompt's rows leave after their first few characters, out of the middle of the batch.
    stopped = by_name(
        run(
            sampler,
            [item(prompt, 4, "..." if place % 2 == 0 else NEVER) for place, prompt in enumerate(PROMPTS)],
            maxTokens=40,
        )
    )
    for prompt in PROMPTS[1::2]:
        for sample in range(4):
            assert stopped[len(prompt), sample] == free[len(prompt), sample]
    for prompt in PROMPTS[::2]:
        for sample in range(4):
            assert free[len(prompt), sample]["text"].startswith(stopped[len(prompt), sample]["text"])
            assert stopped[len(prompt), sample]["tokens"] < 40


def test_same_batch_same_programs(sampler: Sampler) -> None:
    items = [item(prompt, 3) for prompt in PROMPTS]
    first = run(sampler, items)
    assert run(sampler, items) == first
    assert len({program["text"] for program in first}) > len(PROMPTS)
    assert run(sampler, items, seed=6) != first
    assert run(sampler, items, round=2) != first


def test_samples_depend_on_their_own_names_only(sampler: Sampler) -> None:
    few = by_name(run(sampler, [item(prompt, 2) for prompt in PROMPTS]))
    many = by_name(run(sampler, [item(prompt, 5) for prompt in reversed(PROMPTS)]))
    assert all(many[name] == program for name, program in few.items())


def test_engines_write_the_same(tiny: Path) -> None:
    items = [item(prompt, 4) for prompt in PROMPTS]
    assert run(load(tiny, "onnx"), items) == run(load(tiny, "torch"), items)


def test_stop_rule_ends_a_program_with_its_match(sampler: Sampler) -> None:
    [free] = run(sampler, [item("def add(")], temperature=0)
    mark = free["text"][3:5]
    [stopped] = run(sampler, [item("def add(", stop=re.escape(mark))], temperature=0)
    assert stopped["finish"] == "stop"
    assert mark in stopped["text"]
    assert free["text"].startswith(stopped["text"])
    [shorter] = run(sampler, [item("def add(")], temperature=0, maxTokens=stopped["tokens"] - 1)
    assert mark not in shorter["text"]


def test_end_tokens_end_a_program_and_are_not_in_it(sampler: Sampler, tiny: Path) -> None:
    ends = end_ids(tiny / "model", read_tokenizer(tiny / "model"))
    assert ends == {0, 1, 2}
    programs = run(sampler, [item("x", 200)], temperature=3.0, topP=1.0, maxTokens=60)
    ended = [program for program in programs if program["finish"] == "end"]
    assert ended
    assert all(program["tokens"] < 60 and "<|" not in program["text"] for program in ended)


def test_length_limits(sampler: Sampler) -> None:
    [program] = run(sampler, [item("x")], temperature=0, maxTokens=3)
    assert (program["finish"], program["tokens"]) == ("length", 3)
    # The tiny model reads 512 tokens: one prompt leaves room for a few and gives 8 back, the other for none.
    tight, over = item("~" * 505, key=1), item("~" * 600, key=2)
    programs = by_name(run(sampler, [tight, over], temperature=0, maxTokens=100))
    assert programs[1, 0]["tokens"] <= 14
    assert programs[2, 0] == {
        "event": "program",
        "key": 2,
        "sample": 0,
        "text": "",
        "tokens": 0,
        "finish": "length",
    }


def test_onnx_needs_no_torch(tiny: Path) -> None:
    code = (
        "import sys; from leti_trainer.sampling.sampling import load_sampler;"
        f"load_sampler('onnx', {str(tiny / 'onnx')!r}, {str(tiny / 'model')!r}, 'cpu', 1);"
        "sys.exit('torch' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[3] / "python"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("genai_config.json", None),
        ("genai_config.json", "{"),
        ("model.onnx", None),
        ("model.onnx", "no graph"),
    ],
)
def test_broken_export_is_named(tiny: Path, tmp_path: Path, name: str, content: str | None) -> None:
    folder = tmp_path / "onnx"
    shutil.copytree(tiny / "onnx", folder)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(TrainerError) as caught:
        load_sampler("onnx", str(folder), str(tiny / "model"), "cpu", 1)
    assert caught.value.code == "bad_model"
    assert str(folder) in str(caught.value)


def test_broken_tokenizer_is_named(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {}}))
    with pytest.raises(TrainerError, match=r"tokenizer\.json"):
        load_sampler("onnx", str(tiny / "onnx"), str(tmp_path), "cpu", 1)


def test_bad_stop_rule_is_bad_input(sampler: Sampler) -> None:
    with pytest.raises(ValueError, match="stop rule"):
        run(sampler, [item("x", stop="(")])
