"""Filling and emptying the folder that a program uses."""

import os
import shutil


def write_files(folder, files):
    """Writes files by their paths in a folder; text as UTF-8, bytes as they are."""
    for path, content in files.items():
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)


def clear_folder(folder):
    """Empties a folder without following links, also where a program has made folders unreadable."""

    def unlock(function, path, _error):
        os.chmod(os.path.dirname(path), 0o700)
        if os.path.isdir(path) and not os.path.islink(path):
            os.chmod(path, 0o700)
        function(path)

    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, onerror=unlock)
            else:
                os.unlink(entry.path)
