"""pytest and the plugins that it loads by itself, loaded before a program is.

Some plugins, such as hypothesis, change pytest when they are imported. That must not look like the program's
work.
"""

import contextlib
import importlib
from importlib import metadata

_loaded = []


def load():
    """Loads them where pytest is installed; once in a process and its forks."""
    if _loaded:
        return
    _loaded.append(True)
    with contextlib.suppress(ImportError):
        importlib.import_module("pytest")
        for point in _entry_points():
            # pytest itself reports a plugin that cannot be loaded.
            with contextlib.suppress(Exception):
                point.load()
                if point.name == "hypothesispytest":
                    # Its plugin imports it when a session ends, and pytest then takes a second to rewrite it.
                    importlib.import_module("hypothesis")


def _entry_points():
    points = metadata.entry_points()
    # Python 3.9 has them by their groups.
    return points.get("pytest11", ()) if isinstance(points, dict) else points.select(group="pytest11")
