"""What the workspace's interpreter has installed, apart from the workspace's own code."""

import importlib.util
import os
import sys
from functools import cache, cached_property
from pathlib import Path
from typing import Optional

from leti_runner.readable import readable


class Installed:
    """The packages that this interpreter has outside a workspace.

    What is installed from a folder of the workspace (`pip install -e`) is the workspace's own.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = str(workspace)
        # Asked for every import of every file and function, and each answer follows links on the disk.
        self._known: dict[str, bool] = {}
        self._folders: dict[str, Optional[str]] = {}

    def has(self, top: str) -> bool:
        """Whether there is a module of that top-level name outside the workspace."""
        if top not in self._known:
            places = installed_at(top)
            self._known[top] = places is not None and not (places and all(map(self._is_own, places)))
        return self._known[top]

    def unreadable_folder(self, top: str) -> Optional[str]:
        """The folder that a package is installed from, if programs may not read it."""
        if top not in self._folders:
            self._folders[top] = self._find_unreadable_folder(top)
        return self._folders[top]

    def _find_unreadable_folder(self, top: str) -> Optional[str]:
        places = [place for place in installed_at(top) or () if os.path.isabs(place)]
        if not places or not self.has(top):
            return None
        if any(is_below(place, folder) for place in places for folder in self._readable):
            return None
        return os.path.dirname(places[0])

    def _is_own(self, place: str) -> bool:
        # An environment may lie in the workspace.
        return is_below(place, self._workspace) and not is_below(place, sys.prefix)

    @cached_property
    def _readable(self) -> list[str]:
        return readable()


@cache
def installed_at(top: str) -> "Optional[tuple[str, ...]]":
    """The files or folders of the module that this interpreter has of that name; None if it has none."""
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return () if top in sys.modules else None
    if spec is None:
        return None
    return tuple(spec.submodule_search_locations or ([spec.origin] if spec.origin else []))


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, with links followed."""
    real, around = os.path.realpath(path), os.path.realpath(folder)
    return real == around or real.startswith(around.rstrip(os.sep) + os.sep)
