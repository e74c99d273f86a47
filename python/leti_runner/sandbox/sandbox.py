"""Confines one process for the rest of its life: Landlock and seccomp, on macOS Seatbelt, and limits.

Contained at tier T2, which this module gives: reading files other than the interpreter, its packages and the
system's libraries; writing outside the scratch folder; making sockets; starting, tracing and signalling
processes; changing modes, owners, times and limits; processor time, memory, file size and open handles.

Not contained here:

- asking whether a path exists and how large it is, and counting processes;
- wall time, and the number of files in the scratch folder: the zygote watches both;
- the text of links, and the processors that other processes may use.

System calls that syscalls.py does not list are refused, so what a later kernel adds is out of reach.

namespaces.py closes most of that where the machine offers namespaces (T3). canaries.py proves on the machine
what holds. See docs/security.md.
"""

import contextlib
import ctypes
import importlib.machinery
import os
import platform
import resource
import signal
import struct
import sys
import zipfile

from leti_runner.readable import readable
from leti_runner.sandbox import call_filter, seatbelt, syscalls

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38

_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_RULE_PATH_BENEATH = 1
# Access rights by bit (linux/landlock.h); later kernels know more of them.
_READ = (1 << 2) | (1 << 3)
_EXECUTE = 1 << 0
_MAKE_DEVICES = (1 << 6) | (1 << 11)
_LIST = 1 << 3
_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_TRUNCATE_ABI, _NETWORK_ABI, _SCOPE_ABI = 3, 4, 6
"""First Landlock versions that stop emptying files, TCP, and signals and sockets to the outside."""
_ALL_TCP = 3
_ALL_SCOPES = 3

_CAP_DAC_READ_SEARCH = 1 << 2


def die_with_parent():
    """Lets the kernel kill this process when its parent dies; ends it now if the parent is dead already."""
    if LIBC is None:
        return
    parent = os.getppid()
    LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def close_to_others():
    """Stops other processes of the user from reading this one's memory and handles."""
    if LIBC is not None:
        LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans():
    """Makes this process the parent of its descendants' orphans, so that it can end them."""
    if LIBC is not None:
        LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def set_limits(limits):
    """Resource limits of a child; `limits` is ExecutionLimits of src/protocol/execution.ts."""
    memory, files, cpu = limits["memoryBytes"], limits["fileBytes"], limits["cpuSeconds"]
    wanted = [
        (resource.RLIMIT_CPU, cpu + 1),
        (resource.RLIMIT_FSIZE, files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ]
    if sys.platform.startswith("linux"):
        wanted.append((resource.RLIMIT_AS, memory))
    # Elsewhere the zygote, which waits for the child, looks at the memory that the child holds.
    for name, value in wanted:
        _, hard = resource.getrlimit(name)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (value, value))


class Sandbox:
    """The rules for one zygote's children: made once, applied in each child after its fork."""

    def __init__(self, scratch, own_root):
        """`own_root`: the process has a root folder of its own, in which only scratch can be changed."""
        self._scratch = scratch
        self._own_root = own_root
        self.ruleset = _make_ruleset(scratch, readable())
        self._seatbelt = seatbelt.takes(seatbelt.profile(readable(), scratch))
        machine = platform.machine()
        known = machine in syscalls.MACHINES and LIBC is not None and call_filter.is_offered(LIBC)
        self._filter = call_filter.CallFilter(machine) if known else None

    @property
    def complete(self):
        """Whether this machine offers everything that the sandbox uses; the canaries prove that it holds."""
        if sys.platform == "darwin":
            return self._seatbelt
        held = self._own_root or stops_emptying()
        return self.ruleset is not None and self._filter is not None and held

    def enter(self, hidden=frozenset()):
        """Shuts this process in; raises OSError when a rule that the machine offers cannot be applied.

        What lies at or below the `hidden` paths cannot be read from then on.
        """
        if self._seatbelt:
            seatbelt.enter(seatbelt.profile(readable(), self._scratch, hidden))
        if LIBC is None:
            return
        checked(LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))
        checked(LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _drop_capabilities()
        if self.ruleset is not None:
            checked(LIBC.syscall(_LANDLOCK_RESTRICT_SELF, self.ruleset, 0))
            if hidden:
                # Rulesets add up: what is readable must be so by both.
                narrower = _make_ruleset(self._scratch, readable(), hidden)
                checked(LIBC.syscall(_LANDLOCK_RESTRICT_SELF, narrower, 0))
                os.close(narrower)
        if self._filter is not None:
            self._filter.install(LIBC)


def _drop_capabilities():
    """What root may do beyond a user (linux/capability.h, version 3) goes, but for reading by any owner."""
    header = struct.pack("=Ii", 0x20080522, 0)
    kept = _CAP_DAC_READ_SEARCH if os.geteuid() == 0 else 0
    sets = struct.pack("=6I", kept, kept, 0, 0, 0, 0)
    checked(LIBC.capset(ctypes.create_string_buffer(header), ctypes.create_string_buffer(sets)))


def _make_ruleset(scratch, places, hidden=frozenset()):
    """A Landlock ruleset: `places` readable but for `hidden` paths, `scratch` writable. None without it."""
    if LIBC is None:
        return None
    abi = LIBC.syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1)
    if abi < 1:
        return None
    rights = _RIGHTS_BY_ABI.get(min(abi, max(_RIGHTS_BY_ABI)))
    fields = [rights]
    if abi >= _NETWORK_ABI:
        fields.append(_ALL_TCP)
    if abi >= _SCOPE_ABI:
        fields.append(_ALL_SCOPES)
    attributes = ctypes.create_string_buffer(struct.pack(f"={len(fields)}Q", *fields))
    ruleset = LIBC.syscall(_LANDLOCK_CREATE_RULESET, attributes, 8 * len(fields), 0)
    if ruleset < 0:
        return None
    for place in {os.path.realpath(place) for place in places}:
        for path, access in _around(place, hidden):
            _allow(ruleset, path, access & rights)
    # A scratch folder's files may be read and written, never run, and none is a device.
    _allow(ruleset, scratch, rights & ~(_EXECUTE | _MAKE_DEVICES))
    _allow(ruleset, "/dev/null", ((1 << 1) | _READ) & rights)
    return ruleset


def stops_emptying():
    """Whether Landlock stops programs from emptying files that they may not write."""
    return LIBC is not None and LIBC.syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1) >= _TRUNCATE_ABI


def _around(path, hidden):
    """What to allow so that a place is readable but for `hidden` paths: (path, rights) pairs.

    A folder on the way to something hidden can be listed, because imports look for names in it.
    """
    if path in hidden:
        return
    if not _leads_to(path, hidden):
        yield path, _READ
        return
    yield path, _LIST
    for name in os.listdir(path):
        inner = os.path.join(path, name)
        # A link would open up all of what it leads to.
        if not (os.path.islink(inner) and _leads_to(os.path.realpath(inner), hidden)):
            yield from _around(inner, hidden)


def _leads_to(path, hidden):
    return any(place == path or place.startswith(path + os.sep) for place in hidden)


def installed_copies(names):
    """Where packages and modules of these top-level names are installed, with their cached bytecode.

    A workspace that is installed has there the bodies that its tasks mask. The standard library is no copy.
    """
    standard = os.path.dirname(os.__file__)
    found = set()
    for folder in sys.path:
        if not folder or folder == standard or folder.startswith(os.path.join(standard, "lib-")):
            continue
        if os.path.isfile(folder):
            found.update({folder} if _zip_holds(folder, names) else ())
        else:
            found.update(path for name in names for path in _copies_in(folder, name))
    return frozenset(os.path.realpath(path) for path in found)


def _copies_in(folder, name):
    endings = ("", *importlib.machinery.all_suffixes())
    found = [path for path in (os.path.join(folder, name + end) for end in endings) if os.path.lexists(path)]
    if not found:
        return
    yield from found
    cache = os.path.join(folder, "__pycache__")
    with contextlib.suppress(OSError):
        yield from (os.path.join(cache, entry) for entry in os.listdir(cache) if entry.startswith(name + "."))


def _zip_holds(path, names):
    try:
        with zipfile.ZipFile(path) as archive:
            tops = {entry.split("/")[0].split(".")[0] for entry in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return False
    return not tops.isdisjoint(names)


def _allow(ruleset, path, rights):
    if not os.path.isdir(path):
        # Rights that only folders have are refused for files.
        rights &= (1 << 0) | (1 << 1) | (1 << 2) | (1 << 14)
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, handle))
        checked(LIBC.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, rule, 0))
    finally:
        os.close(handle)


def checked(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
