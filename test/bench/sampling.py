"""Finished programs a second: our onnxruntime sampler against transformers `generate`, on the CPU.

    python test/bench/sampling.py --model MODEL_FOLDER --onnx EXPORTED_FP32_FOLDER

Equal weights, precision (float32), prompts (MBPP train tasks, the header written), rows a batch, length cap
and sampling settings. A program is finished when its function is complete: the stop rule matches, or the text
ends. `generate` knows only the end of the text; what it writes after the function is cut off and not held
against it. The sides take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

import numpy as np  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

from leti_trainer.sampling.decode_onnx import OnnxEngine  # noqa: E402
from leti_trainer.sampling.decode_torch import TorchEngine  # noqa: E402
from leti_trainer.sampling.sampling import load_sampler  # noqa: E402

STOP = r"\n(?:```|(?=[^\s)\]}]))"
TEMPERATURE, TOP_P, MAX_TOKENS, SAMPLES, ROWS = 0.7, 0.95, 160, 8, 64
PROMPT_TOKENS, STEPS = 150, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--onnx", type=Path, required=True)
    parser.add_argument("--tasks", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, torch {torch.__version__}")
    prompts = read_prompts(options.model, options.tasks)
    print(f"{len(prompts)} tasks x {SAMPLES} samples, batches of {ROWS} rows, at most {MAX_TOKENS} tokens")
    compare(options.model, options.onnx, prompts, options.repeats)
    for rows in (16, ROWS):
        bare_steps(options.model, options.onnx, rows)


def read_prompts(model: Path, count: int) -> list[str]:
    """Prompts in the model's chat format: the task and its first test, then the function's header."""
    folder = Path(os.environ.get("LETI_MBPP_DIR", ROOT.parent / "shared" / "data"))
    tokenizer = AutoTokenizer.from_pretrained(model)
    prompts = []
    with (folder / "mbpp-train.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            task = json.loads(line)
            header = re.search(r"^def \w+\(", task["code"], re.MULTILINE)
            if header is None:
                continue
            asked = [{"role": "user", "content": f"{task['text']}\n{task['test_list'][0]}"}]
            frame = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
            prompts.append(f"{frame}```python\n{header.group()}")
            if len(prompts) == count:
                break
    return prompts


def compare(model: Path, onnx: Path, prompts: list[str], repeats: int) -> None:
    sides = {"leti onnxruntime": ours(model, onnx), "transformers generate": theirs(model)}
    for run in sides.values():
        run(prompts[:1], 0)
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for repeat in range(repeats):
        for name, run in sides.items():
            load = os.getloadavg()[0]
            started = time.perf_counter()
            finished, tokens = run(prompts, repeat)
            seconds = time.perf_counter() - started
            rates[name].append(finished / seconds)
            print(
                f"  {name:22} {finished:4} of {len(prompts) * SAMPLES} finished, {tokens:6} tokens,"
                f" {seconds:6.1f} s, {finished / seconds:5.2f} programs/s (load {load:.2f})"
            )
    first, second = (statistics.median(rate) for rate in rates.values())
    ratios = [a / b for a, b in zip(*rates.values(), strict=True)]
    print(f"finished programs/s: {first:.2f} against {second:.2f}, ratio {first / second:.2f}")
    print(f"ratios of the pairs: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


Run = Callable[[list[str], int], tuple[int, int]]


def ours(model: Path, onnx: Path) -> Run:
    sampler = load_sampler("onnx", str(onnx), str(model), "cpu", 0)

    def run(prompts: list[str], seed: int) -> tuple[int, int]:
        programs: list[dict[str, Any]] = []
        settings = {
            "temperature": TEMPERATURE,
            "topP": TOP_P,
            "topK": 0,
            "maxTokens": MAX_TOKENS,
            "seed": seed,
            "round": 1,
        }
        for batch in batches(prompts):
            items = [
                {"key": key, "samples": SAMPLES, "stop": STOP, "prompt": [{"kind": "frame", "text": prompt}]}
                for key, prompt in enumerate(batch)
            ]
            sampler.sample({"items": items, "settings": settings, "rows": 64}, programs.append)
        finished = sum(program["finish"] != "length" for program in programs)
        return finished, sum(program["tokens"] for program in programs)

    return run


def theirs(model: Path) -> Run:
    tokenizer = AutoTokenizer.from_pretrained(model, padding_side="left")
    causal: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()
    end = tokenizer.eos_token_id

    def run(prompts: list[str], seed: int) -> tuple[int, int]:
        torch.manual_seed(seed)
        finished = tokens = 0
        for batch in batches(prompts):
            inputs = tokenizer(batch, return_tensors="pt", padding=True, add_special_tokens=False)
            with torch.inference_mode():
                rows = causal.generate(
                    **inputs,
                    num_return_sequences=SAMPLES,
                    do_sample=True,
                    temperature=TEMPERATURE,
                    top_p=TOP_P,
                    top_k=0,
                    max_new_tokens=MAX_TOKENS,
                    pad_token_id=tokenizer.pad_token_id,
                )
            for row in rows[:, inputs["input_ids"].shape[1] :].tolist():
                written = row[: row.index(end)] if end in row else row
                tokens += len(written)
                text = tokenizer.decode(written)
                finished += end in row or re.search(STOP, text) is not None
        return finished, tokens

    return run


def batches(prompts: list[str]) -> list[list[str]]:
    size = ROWS // SAMPLES
    return [prompts[at : at + size] for at in range(0, len(prompts), size)]


def bare_steps(model: Path, onnx: Path, rows: int) -> None:
    """One token for each row behind prompts of equal length; no sampling, no text."""
    steps = {
        "onnxruntime in Python": median_step(OnnxEngine(onnx, 0), rows),
        "onnxruntime in Node": median_node_step(onnx, rows),
        "torch": median_step(TorchEngine(model, "cpu", 0), rows),
    }
    for name, milliseconds in steps.items():
        rate = rows / milliseconds * 1000
        print(f"bare step, {rows} rows, {name:22} {milliseconds:7.1f} ms {rate:6.0f} tokens/s")
    print(f"load {os.getloadavg()[0]:.2f}")


def median_step(engine: Any, rows: int) -> float:
    prompt = [100 + index * 7919 % 1000 for index in range(PROMPT_TOKENS)]
    engine.start([prompt], [rows], STEPS)
    tokens = np.full(rows, 300)
    times = []
    for _ in range(STEPS):
        started = time.perf_counter()
        engine.step(tokens)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def median_node_step(onnx: Path, rows: int) -> float:
    node = shutil.which("node")
    if node is None:
        raise SystemExit("node is not on the PATH")
    script = Path(__file__).with_name("decodeStep.ts")
    arguments = [str(onnx), str(rows), str(PROMPT_TOKENS), str(STEPS)]
    done = subprocess.run([node, script, *arguments], check=True, capture_output=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
