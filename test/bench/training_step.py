"""One training step: this version against another one, on the same weights and texts, side by side.

    python test/bench/training_step.py --model MODEL --texts EXAMPLES.jsonl --old FOLDER [--precision float32]

FOLDER holds another version of the project (`git worktree add FOLDER 8db786e`). Its step trains all weights;
ours trains by the method that `auto` picks. Both do the first step of the same plan: the same 16 texts. Each
side runs in a fresh process. On a busy machine the processor's own seconds say more than those of the clock,
so both are shown, each beside a matrix product that is timed in the same way before and after the step.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BATCH, SIZE = 16, 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("model", "texts", "old"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--side", choices=("old", "new"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side is not None:
        print(json.dumps(side(options)))
        return
    for _ in range(options.repeats):
        old, new = (run(options, name) for name in ("old", "new"))
        for clock in ("wall", "processor"):
            print(f"  texts/s by {clock} seconds: ratio {old[clock] / new[clock]:.2f}")


def run(options: argparse.Namespace, name: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--side", name, "--precision", options.precision]
    for option in ("model", "texts", "old"):
        command += [f"--{option}", str(getattr(options, option))]
    environment = os.environ | {"OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {name}: {json.dumps(result)}", flush=True)
    return result


def side(options: argparse.Namespace) -> dict[str, Any]:
    """The step of one side, measured."""
    root = ROOT if options.side == "new" else options.old
    sys.path.insert(0, str(root / "python"))
    import torch

    from leti_trainer.models.models import load_causal_lm
    from leti_trainer.precision import give_back_memory, pick_method
    from leti_trainer.segments import SegmentTokenizer
    from leti_trainer.training.examples import plan_steps, read_examples

    give_back_memory()
    cpu, bfloat16 = torch.device("cpu"), options.precision == "bfloat16"
    examples = read_examples(options.texts, SegmentTokenizer(options.model), 768).examples
    batch = [examples[place] for place in plan_steps(len(examples), 1, BATCH, 42)[0]]
    model = load_causal_lm(options.model)
    method = "full"
    if options.side == "new":
        method = pick_method("auto", sum(p.numel() for p in model.parameters()), cpu)
    loop = loop_of(options.side, model, method, bfloat16)
    matrix = torch.rand(SIZE, SIZE).to(torch.bfloat16 if bfloat16 else torch.float32)
    product: Callable[[], Any] = lambda: [matrix @ matrix for _ in range(12)]  # noqa: E731
    timed(product)
    before = timed(product)
    wall, processor = timed(lambda: loop.step(1, 8, batch))
    after = timed(product)
    gflop = 12 * 2 * SIZE**3 / 1e9
    result = {"method": method, "texts": len(batch), "wall": wall, "processor": processor}
    result["matmul per wall second"] = [round(gflop / times[0]) for times in (before, after)]
    result["matmul per processor second"] = [round(gflop / times[1]) for times in (before, after)]
    if options.side == "new":
        done = loop.operations / 1e9
        result["useful per wall second"] = round(done / wall)
        result["useful per processor second"] = round(done / processor)
    return result | {"GiB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 1)}


def loop_of(name: str, model: Any, method: str, bfloat16: bool) -> Any:
    import torch

    from leti_trainer.requests import TrainingSettings
    from leti_trainer.training.loop import Loop
    from leti_trainer.training.losses import TokenLoss
    from leti_trainer.training.workers import Workers

    settings = TrainingSettings.model_validate(
        {"method": method, "learningRate": 2e-5, "epochs": 1, "steps": 0, "batchSize": BATCH}
        | {"microBatchSize": 8, "maxTokens": 768, "warmupFraction": 0.1, "weightDecay": 0.01}
        | {"clipNorm": 1.0, "loraRank": 16, "seed": 42, "checkpointSteps": 10}
    )
    cpu = torch.device("cpu")
    rest = (8, bfloat16, cpu, Workers(on_cpu=True), lambda _event: None)
    if name == "old":
        model.train()
        return Loop(model, TokenLoss(model, cpu), settings, *rest)
    from leti_trainer.precision import LEARNING_RATES
    from leti_trainer.training.adapters import with_adapters
    from leti_trainer.training.layout_check import choose_layout

    layout = choose_layout(model, cpu)
    trained = with_adapters(model, settings.lora_rank, bfloat16) if method == "lora" else model
    trained.train()
    return Loop(trained, TokenLoss(trained, cpu, layout), settings, LEARNING_RATES[method], *rest)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


if __name__ == "__main__":
    main()
