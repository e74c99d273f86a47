"""pytest and the plugins that it loads by itself, loaded before a program is.

Some plugins, such as hypothesis, change pytest when they are imported. That must not look like the program's
work.
"""

import contextlib
import importlib
import importlib.util
from importlib import metadata

_loaded = []


def load(own=frozenset()):
    """Loads them where pytest is installed; once in a process and its forks.

    `own`: names of the workspace's packages. Its plugins stay unloaded: tests would see the installed copy.
    pytest loads them later, out of the job's files.
    """
    if _loaded:
        return
    _loaded.append(True)
    with contextlib.suppress(ImportError):
        importlib.import_module("pytest")
        for point in _entry_points():
            if _module_of(point).partition(".")[0] in own:
                continue
            # pytest itself reports a plugin that cannot be loaded.
            with contextlib.suppress(Exception):
                point.load()
                if point.name == "hypothesispytest":
                    # Its plugin imports it when a session ends, and pytest then takes a second to rewrite it.
                    importlib.import_module("hypothesis")


def options():
    """Options for pytest that leave out plugins whose modules cannot be found, as in a job without them."""
    found = []
    for point in _entry_points():
        try:
            known = importlib.util.find_spec(_module_of(point)) is not None
        except (ImportError, ValueError, AttributeError):
            known = False
        found += [] if known else ["-p", f"no:{point.name}"]
    return found


def _module_of(point):
    return point.value.partition(":")[0].strip()


def _entry_points():
    points = metadata.entry_points()
    # Python 3.9 has them by their groups.
    return points.get("pytest11", ()) if isinstance(points, dict) else points.select(group="pytest11")
