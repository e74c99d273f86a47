"""Confines one process for the rest of its life: Landlock and seccomp, on macOS Seatbelt, and limits.

Contained at tier T2, which this module gives: reading files other than the interpreter, its packages and the
system's libraries; writing outside the scratch folder; making sockets; starting, tracing and signalling
processes; changing modes, owners, times and limits; processor time, memory, file size and open handles.

Not contained here:

- asking whether a path exists and how large it is, and counting processes;
- wall time, and the number of files in the scratch folder: the zygote watches both;
- system calls that syscalls.py does not list. It is a deny list: it lets through what a later kernel adds,
  `sendto` over a socket pair, System V memory that exists already, and removing extended attributes.

namespaces.py closes most of that where the machine offers namespaces (T3). canaries.py proves on the machine
what holds. See docs/security.md.
"""

import contextlib
import ctypes
import errno
import importlib.machinery
import os
import platform
import resource
import signal
import struct
import sys
import zipfile

from leti_runner.sandbox import seatbelt, syscalls

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

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

_SYSTEM_READABLE = (
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

_CLONE_THREAD = 0x00010000
_SIGNAL_OTHERS = {
    "fcntl": (8, 10, 15),
    "ioctl": (0x8901, 0x8902),
}
"""Make the kernel signal other processes: F_SETOWN, F_SETSIG, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP."""
_CAP_DAC_READ_SEARCH = 1 << 2
_X32_BIT = 0x40000000

_RET_ALLOW = 0x7FFF0000
_RET_ERRNO = 0x00050000
_RET_KILL_PROCESS = 0x80000000
_LOAD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_AT_LEAST = 0x35
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06
_INSTRUCTION = 8
"""Bytes of a filter's instruction."""
_OWN_ID = 0xFFFFFFFF
"""Stands for the process's own id until it is known."""


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
        self._filter = _filter_of(machine) if _filters_are_known() and machine in syscalls.DENIED else None

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
            _install_filter(*self._filter)


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


def readable():
    """Paths that the interpreter needs; a virtual environment's own included, workspace sources not.

    Of a prefix only what Python itself puts there: an environment may have been made in the workspace's root.
    """
    paths = {*_SYSTEM_READABLE, *(seatbelt.READABLE if sys.platform == "darwin" else ())}
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


def _filters_are_known():
    """Whether the kernel takes filters: it finds fault with this one's address, else with the request."""
    if LIBC is None:
        return False
    LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, None, 0, 0)
    return ctypes.get_errno() == errno.EFAULT


def _filter_of(machine):
    """The system call filter as bytes, and where in them the process's own id belongs."""
    special = syscalls.SPECIAL[machine]
    number, architecture, low_argument = 0, 4, 16

    def argument(index):
        return low_argument + 8 * index

    code = [
        (_LOAD, 0, 0, architecture),
        (_JUMP_EQUAL, 1, 0, special["audit"]),
        (_RETURN, 0, 0, _RET_KILL_PROCESS),
        (_LOAD, 0, 0, number),
        (_JUMP_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _RET_KILL_PROCESS),
    ]
    for denied in sorted(set(syscalls.DENIED[machine].values())):
        code += [(_JUMP_EQUAL, 0, 1, denied), (_RETURN, 0, 0, _RET_ERRNO | errno.EPERM)]
    # Threads only: a process that cannot start another one cannot start a bomb, for root either.
    code += [
        (_JUMP_EQUAL, 0, 4, special["clone"]),
        (_LOAD, 0, 0, argument(0)),
        (_JUMP_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _RET_ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _RET_ALLOW),
        # Its flags lie in memory, where a filter cannot look; the C library falls back to clone.
        (_JUMP_EQUAL, 0, 1, special["clone3"]),
        (_RETURN, 0, 0, _RET_ERRNO | errno.ENOSYS),
        *_refuse_values(special["fcntl"], argument(1), _SIGNAL_OTHERS["fcntl"]),
        *_refuse_values(special["ioctl"], argument(1), _SIGNAL_OTHERS["ioctl"]),
        *_refuse_values(special["prctl"], argument(0), (_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE)),
        # Signals to itself only.
        (_JUMP_EQUAL, 0, 4, special["tgkill"]),
        (_LOAD, 0, 0, argument(0)),
        (_JUMP_EQUAL, 1, 0, _OWN_ID),
        (_RETURN, 0, 0, _RET_ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _RET_ALLOW),
        # Limits may be read, not set: root could raise them.
        (_JUMP_EQUAL, 0, 4, special["prlimit64"]),
        (_LOAD, 0, 0, argument(2)),
        (_JUMP_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, _RET_ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _RET_ALLOW),
        (_RETURN, 0, 0, _RET_ALLOW),
    ]
    place = next(index for index, instruction in enumerate(code) if instruction[3] == _OWN_ID)
    return b"".join(
        struct.pack("=HBBI", operation, yes, no, value) for operation, yes, no, value in code
    ), place


def _refuse_values(number, argument, values):
    """Instructions that refuse a system call where its argument has one of these values, and go on else."""
    code = [(_JUMP_EQUAL, 0, 2 + 2 * len(values), number), (_LOAD, 0, 0, argument)]
    for value in values:
        code += [(_JUMP_EQUAL, 0, 1, value), (_RETURN, 0, 0, _RET_ERRNO | errno.EPERM)]
    return [*code, (_RETURN, 0, 0, _RET_ALLOW)]


def _install_filter(packed, place):
    buffer = ctypes.create_string_buffer(packed, len(packed))
    struct.pack_into("=I", buffer, place * _INSTRUCTION + 4, os.getpid())
    program = struct.pack("=HxxxxxxQ", len(packed) // _INSTRUCTION, ctypes.addressof(buffer))
    checked(LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(program), 0, 0))


def checked(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
