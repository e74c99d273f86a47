"""Filling and emptying the folder that a program uses."""

import os

_DEEPEST = 64
"""Levels of folders that are looked at with a handle each."""


def write_files(folder, files):
    """Writes files by their paths in a folder; text as UTF-8, bytes as they are."""
    for path, content in files.items():
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)


def clear_folder(folder):
    """Empties a folder without following links.

    A program may have made folders unreadable, or nested them deeper than a path can name.
    """
    top = _open_folder(folder)
    try:
        while os.listdir(top):
            _empty(top, top, 0)
    finally:
        os.close(top)


def has_room(folder, most_files, most_bytes):
    """Whether a folder that a program is changing holds at most so much.

    A folder that nobody can count has no room: one that is unreadable, or nested too deeply.
    """
    count = _Count(most_files, most_bytes)
    try:
        at = _open_folder(folder)
    except OSError:
        return False
    try:
        return count.is_within(at, 0)
    finally:
        os.close(at)


class _Count:
    def __init__(self, files, size):
        self._files, self._bytes = files, size

    def is_within(self, folder, depth):
        """Counts a folder, and says whether everything so far is within the bounds."""
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    size = entry.stat(follow_symlinks=False).st_blocks * 512
                    inner = _open_folder(entry.name, folder) if entry.is_dir(follow_symlinks=False) else None
                except PermissionError:
                    return False
                except OSError:
                    # The program removed it or replaced it.
                    continue
                self._files -= 1
                self._bytes -= size
                if self._files < 0 or self._bytes < 0:
                    return False
                if inner is None:
                    continue
                try:
                    if depth == _DEEPEST or not self.is_within(inner, depth + 1):
                        return False
                finally:
                    os.close(inner)
        return True


def _empty(folder, top, depth):
    """Removes what a folder holds. Folders below the deepest level move to the top, for another turn."""
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
            continue
        try:
            inner = _open_folder(name, folder)
        except PermissionError:
            # All that could put a link in its place has ended.
            os.chmod(name, 0o700, dir_fd=folder)
            inner = _open_folder(name, folder)
        try:
            if os.fstat(inner).st_mode & 0o700 != 0o700:
                os.fchmod(inner, 0o700)
            if depth < _DEEPEST:
                _empty(inner, top, depth + 1)
        finally:
            os.close(inner)
        if depth < _DEEPEST:
            os.rmdir(name, dir_fd=folder)
        else:
            os.rename(name, os.urandom(16).hex(), src_dir_fd=folder, dst_dir_fd=top)


def _open_folder(name, parent=None):
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
