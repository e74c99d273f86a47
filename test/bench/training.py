"""Training tokens a second: our loop against the plain Hugging Face Trainer, on the CPU.

    python test/bench/training.py --model MODEL_FOLDER [--repeats 3]

The same texts (MBPP train references behind their tasks), the same steps in the same order, the same
precision, optimiser, learning rate, clipping, batch and micro batch. Loss on the program, as rounds train.
The Trainer pads each micro batch to its longest text. The sides take turns; each starts from the same weights
in a fresh process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

import torch  # noqa: E402
import transformers  # noqa: E402

from leti_trainer.models.models import load_causal_lm  # noqa: E402
from leti_trainer.precision import has_fast_bfloat16  # noqa: E402
from leti_trainer.requests import TrainingSettings, TrainRequest  # noqa: E402
from leti_trainer.segments import SegmentTokenizer  # noqa: E402
from leti_trainer.training.examples import Example, plan_steps, read_examples  # noqa: E402
from leti_trainer.training.layout import PlainLayout  # noqa: E402
from leti_trainer.training.losses import TokenLoss  # noqa: E402
from leti_trainer.training.training import train  # noqa: E402

BATCH, MICRO, RATE, SEED = 16, 8, 2e-5, 42
CPU = torch.device("cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--side", choices=("ours", "theirs"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.jsonl"
        write_texts(file, options.texts)
        if options.side is not None:
            side = ours if options.side == "ours" else theirs
            print(json.dumps(side(options.model, file, Path(folder))))
            return
        bf16 = "bfloat16 autocast" if has_fast_bfloat16(CPU) else "float32"
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, torch {torch.__version__}, {bf16}")
        compare_losses(options.model, file)
    compare_speed(options)


def write_texts(file: Path, count: int) -> None:
    data = Path(os.environ.get("LETI_MBPP_DIR", ROOT.parent / "shared" / "data")) / "mbpp-train.jsonl"
    lines = []
    for line in data.read_text(encoding="utf-8").splitlines()[:count]:
        task = json.loads(line)
        asked = f"{task['text']}\n{task['test_list'][0]}\n"
        segments = [
            {"text": asked, "kind": "text", "role": "task", "weight": 0},
            {"text": task["code"].replace("\r\n", "\n"), "kind": "text", "role": "program", "weight": 1},
        ]
        lines.append(json.dumps({"id": f"mbpp/{task['task_id']}", "segments": segments}))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def compare_losses(model: Path, file: Path) -> None:
    """One batch through both: the mean loss of a learnt token, in float32."""
    examples = read(model, file)[:BATCH]
    causal: Any = load_causal_lm(model).eval()
    inputs = collate(examples)
    with torch.no_grad():
        theirs = float(causal(**inputs).loss)
        ours = float(TokenLoss(causal, CPU, PlainLayout())(examples)) / sum(
            example.total_weight for example in examples
        )
    difference = abs(ours - theirs)
    print(f"loss of one batch in float32: {ours:.6f} against {theirs:.6f}, difference {difference:.1e}")


def compare_speed(options: argparse.Namespace) -> None:
    rates: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(options.repeats):
        for side, known in rates.items():
            command = [sys.executable, __file__, "--model", options.model, "--texts", str(options.texts)]
            load = os.getloadavg()[0]
            done = subprocess.run(
                [*command, "--side", side], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            result = json.loads(done.stdout.splitlines()[-1])
            known.append(result["tokens"] / result["seconds"])
            print(
                f"  {side:6} {result['tokens']} tokens in {result['seconds']:.1f} s,"
                f" {known[-1]:.0f} tokens/s, mean loss of the steps {result['loss']:.4f} (load {load:.2f})"
            )
    first, second = (statistics.median(rate) for rate in rates.values())
    print(f"tokens/s: {first:.0f} against {second:.0f}, ratio {first / second:.2f}")
    ratios = [a / b for a, b in zip(*rates.values(), strict=True)]
    print(f"ratios of the pairs: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


def ours(model: Path, file: Path, folder: Path) -> dict[str, float]:
    settings = TrainingSettings(
        method="full",
        learning_rate=RATE,
        epochs=1,
        steps=0,
        batch_size=BATCH,
        micro_batch_size=MICRO,
        max_tokens=1024,
        warmup_fraction=0.1,
        weight_decay=0.01,
        clip_norm=1.0,
        lora_rank=16,
        seed=SEED,
        checkpoint_steps=1000,
    )
    request = TrainRequest(
        model=model,
        examples=file,
        out=folder / "out",
        work=folder / "work",
        device="cpu",
        threads=os.cpu_count() or 1,
        settings=settings,
    )
    steps: list[dict[str, Any]] = []
    train(request, lambda event: steps.append(event) if event["event"] == "step" else None)
    return {
        "tokens": sum(step["tokens"] for step in steps),
        "seconds": sum(step["seconds"] for step in steps),
        "loss": statistics.mean(step["loss"] for step in steps),
    }


def theirs(model: Path, file: Path, folder: Path) -> dict[str, float]:
    from transformers import Trainer, TrainerCallback, TrainingArguments

    examples = read(model, file)
    order = [index for step in plan_steps(len(examples), 1, BATCH, SEED) for index in step]
    arguments = TrainingArguments(
        output_dir=str(folder / "trainer"),
        use_cpu=True,
        bf16=has_fast_bfloat16(CPU),
        per_device_train_batch_size=MICRO,
        gradient_accumulation_steps=BATCH // MICRO,
        learning_rate=RATE,
        warmup_steps=1,
        weight_decay=0.01,
        max_grad_norm=1.0,
        num_train_epochs=1,
        save_strategy="no",
        logging_steps=1,
        report_to=[],
        disable_tqdm=True,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
    )

    class Clock(TrainerCallback):
        seconds = 0.0

        def on_train_begin(self, *_: Any, **__: Any) -> None:
            self.started = time.perf_counter()

        def on_train_end(self, *_: Any, **__: Any) -> None:
            self.seconds = time.perf_counter() - self.started

    class InOrder(Trainer):
        def _get_train_sampler(self, *_: Any, **__: Any) -> Any:
            return torch.utils.data.SequentialSampler(order)

    clock = Clock()
    trainer = InOrder(
        model=load_causal_lm(model),
        args=arguments,
        train_dataset=[examples[index] for index in order],  # type: ignore[arg-type]
        data_collator=collate,
        callbacks=[clock],
    )
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return {
        "tokens": sum(len(example.ids) for example in examples),
        "seconds": clock.seconds,
        "loss": statistics.mean(losses),
    }


def read(model: Path, file: Path) -> list[Example]:
    return read_examples(file, SegmentTokenizer(model), 1024).examples


def collate(examples: list[Example]) -> dict[str, torch.Tensor]:
    length = max(len(example.ids) for example in examples)
    ids = torch.zeros((len(examples), length), dtype=torch.long)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, -100)
    for row, example in enumerate(examples):
        count = len(example.ids)
        ids[row, :count] = torch.tensor(example.ids)
        mask[row, :count] = 1
        learnt = torch.tensor(example.weights) > 0
        learnt[0] = False
        labels[row, :count] = torch.where(learnt, ids[row, :count], -100)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


if __name__ == "__main__":
    main()
