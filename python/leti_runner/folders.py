"""Emptying a folder that a program has used."""

import os
import shutil


def clear_folder(folder):
    """Empties a folder without following links; a folder made unreadable is opened up first."""

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
