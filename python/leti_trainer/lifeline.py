"""Ends this process when its parent is gone, even in the middle of its work."""

from __future__ import annotations

import ctypes
import os
import signal
import stat
import sys
import threading

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Asks the kernel for SIGKILL when the parent dies. Elsewhere than on Linux `die_with_input` must do."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before the request was made.
        os._exit(1)


def die_with_input() -> None:
    """Ends this process when standard input does, if it is a pipe: launchers hand theirs to every worker."""
    mode = os.fstat(0).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
