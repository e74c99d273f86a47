"""What a program may not do on macOS: a Seatbelt profile, as `sandbox-exec` takes it, put on each child.

The profile's language is Apple's own and hardly documented (sandbox(7), and the profiles below
/System/Library/Sandbox/Profiles). Nothing is taken on trust: canaries decide what it is worth on a machine.
"""

import ctypes
import os
import struct
import sys

_RUSAGE_BYTES = 96
_FOOTPRINT_OFFSET = 72
"""Of `ri_phys_footprint` in rusage_info_v0 (sys/resource.h)."""


def profile(places, scratch, hidden=frozenset()):
    """Denies all but to read `places` less what is `hidden` and to write in `scratch`; later rules win."""
    rules = [
        "(version 1)",
        "(deny default)",
        "(allow sysctl-read)",
        "(allow signal (target self))",
        "(allow process-info* (target self))",
        # Where something lies may be asked, as on Linux without namespaces.
        "(allow file-read-metadata)",
        "(allow file-map-executable)",
        _rule("allow", "file-read*", places),
        _rule("allow", "file-read* file-write*", [scratch]),
        _rule("allow", "file-write-data", ["/dev/null"]),
    ]
    if hidden:
        rules.append(_rule("deny", "file-read-data", hidden))
    return "\n".join(rules)


def _rule(verb, operations, paths):
    # Seatbelt sees paths without links.
    real = sorted({os.path.realpath(path) for path in paths})
    return f"({verb} {operations} {' '.join(f'(subpath {_quoted(path)})' for path in real)})"


def _quoted(path):
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def takes(text):
    """Whether this machine takes a profile: tried in a process of its own, because it cannot be undone."""
    if sys.platform != "darwin" or not hasattr(ctypes.CDLL(None), "sandbox_init"):
        return False
    pid = os.fork()
    if pid == 0:
        try:
            enter(text)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def enter(text):
    """Shuts this process in for good; raises OSError where the profile is not taken."""
    message = ctypes.c_char_p()
    if ctypes.CDLL(None).sandbox_init(text.encode(), ctypes.c_uint64(0), ctypes.byref(message)) != 0:
        raise OSError((message.value or b"the profile was refused").decode("utf-8", "replace"))


def footprint(pid):
    """Bytes of memory that a process holds (macOS has no limit of it for a process); 0 where it is gone."""
    buffer = ctypes.create_string_buffer(_RUSAGE_BYTES)
    if ctypes.CDLL(None).proc_pid_rusage(pid, 0, buffer) != 0:
        return 0
    return struct.unpack_from("=Q", buffer, _FOOTPRINT_OFFSET)[0]
