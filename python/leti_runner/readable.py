"""The paths that programs may read."""

import os
import sys

_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
)
_DARWIN = (
    "/System/Library", "/private/var/db/timezone", "/dev/random", "/opt/homebrew/opt", "/opt/homebrew/Cellar",
    "/opt/homebrew/lib", "/usr/local/opt", "/usr/local/Cellar", "/usr/local/lib",
)  # fmt: skip
"""What interpreters and their libraries are made of on macOS, beside what Linux has as well."""


def readable():
    """Paths that the interpreter needs; a virtual environment's own included, workspace sources not.

    Of a prefix only what Python itself puts there: an environment may have been made in the workspace's root.
    """
    paths = {*_SYSTEM, *(_DARWIN if sys.platform == "darwin" else ())}
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        own = ["bin", "pyvenv.cfg", f"lib/{version}", f"lib64/{version}"]
        if prefix in (sys.base_prefix, sys.base_exec_prefix):
            # The interpreter's own: shared libraries, time zones, certificates.
            own += ["lib", "lib64", "share", "ssl", "etc/ssl", "Python", "Python3", "Resources"]
        paths.update(os.path.join(prefix, name) for name in own)
    paths.add(os.path.dirname(os.__file__))
    # site-packages outside the prefixes: Debian's dist-packages, a user's own.
    paths.update(entry for entry in sys.path if entry.endswith(("-packages", ".zip")))
    return sorted(path for path in paths if os.path.exists(path))
