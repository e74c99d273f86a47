"""The trainer process: requests of src/protocol/training.ts in, events out, one JSON object per line.

`python -I -u -B <this file>` serves standard input until it ends. With `--request FILE` it answers the one
request in the file instead, which is what `torchrun` and `accelerate launch` start on every worker.
"""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    # Started by its path: nothing of the working folder or the user's PYTHONPATH can take a module's place.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from leti_trainer.channel import Channel, request_lines  # noqa: E402
from leti_trainer.lifeline import die_with_input, die_with_parent  # noqa: E402


def main(arguments: list[str]) -> int:
    die_with_parent()
    channel = Channel()
    try:
        from leti_trainer.service import Service
        from leti_trainer.training.workers import is_first_worker
    except ModuleNotFoundError as error:
        # An environment of the user's own may lack a package that requests need before `hello` can name it.
        channel.emit(
            {
                "event": "error",
                "code": "bad_input",
                "message": f"the trainer environment lacks the package {error.name}",
            }
        )
        return 1
    if not arguments:
        service = Service(channel.emit)
        for line in request_lines():
            service.answer(line)
    if len(arguments) != 2 or arguments[0] != "--request":
        print("usage: leti_trainer [--request FILE]", file=sys.stderr)
        return 2
    die_with_input()
    # Every worker does the work; one of them speaks.
    service = Service(channel.emit if is_first_worker() else lambda _event: None)
    return 0 if service.answer(Path(arguments[1]).read_text(encoding="utf-8")) else 1


sys.exit(main(sys.argv[1:]))
