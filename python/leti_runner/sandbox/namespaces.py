"""Tier T3: namespaces of its own around a zygote, in which nothing else of the machine exists.

Inside there are only the interpreter, its packages and the system's libraries, read-only; a scratch folder of
bounded size in memory; no other process, no network interface. See user_namespaces(7), pivot_root(2).
"""

import contextlib
import ctypes
import os
import platform
import struct
import sys
import tempfile

from leti_runner.readable import readable
from leti_runner.sandbox import sandbox, syscalls

SCRATCH = "/scratch"
SCRATCH_BYTES = 64 << 20
SCRATCH_FILES = 16_384

_NEW_MOUNTS = 0x00020000
_NEW_NAMES = 0x04000000
_NEW_QUEUES = 0x08000000
_NEW_USERS = 0x10000000
_NEW_PROCESSES = 0x20000000
_NEW_NETWORK = 0x40000000

_MS_NOSUID = 1 << 1
_MS_NODEV = 1 << 2
_MS_REMOUNT = 1 << 5
_MS_READ_ONLY = 1 << 0
_MS_BIND = 1 << 12
_MS_RECURSIVE = 1 << 14
_MS_PRIVATE = 1 << 18
_DETACH = 2

_MOUNT_SETATTR = 442
_AT_RECURSIVE = 0x8000
_ATTR_READ_ONLY = 0x1
_ATTR_NOSUID = 0x2
_ATTR_NODEV = 0x4


class Refused(Exception):
    """This machine gives a process no namespaces of its own; the message names the step that it refused."""


def enter():
    """Continues in a new process with its own namespaces. The caller waits for it and ends with its status.

    Returns in the new process, whose root holds what `readable` names and SCRATCH. Raises
    Refused where the machine has no namespaces for it; the calling process should then end.
    """
    if not sys.platform.startswith("linux") or platform.machine() not in syscalls.MACHINES:
        raise Refused("there are no namespaces on this system")
    root = tempfile.mkdtemp(prefix="leti-")
    user, group = os.getuid(), os.getgid()
    ready_r, ready_w = os.pipe()
    try:
        # The process namespace takes effect for children only, so its first process is forked.
        _step("make a user namespace", _unshare, _NEW_USERS | _NEW_PROCESSES)
        _step("map the user", _map_user, user, group)
        child = _step("start a process", os.fork)
    except Refused:
        os.rmdir(root)
        raise
    if child != 0:
        os.close(ready_w)
        _wait(child, root, ready_r)
    os.close(ready_r)
    sandbox.die_with_parent()
    places = readable()
    _step("make its other namespaces", _unshare, _NEW_MOUNTS | _NEW_NETWORK | _NEW_QUEUES | _NEW_NAMES)
    _step("build a root folder", _build_root, root, places)
    _step("change to it", _change_root, root)
    for place in places:
        _step(f"read {place}", os.stat, place)
    _step("read the standard library", os.listdir, os.path.dirname(os.__file__))
    os.close(ready_w)
    return SCRATCH


def _step(what, function, *arguments):
    try:
        return function(*arguments)
    except OSError as error:
        raise Refused(f"the machine refuses to {what}: {error}") from error


def _wait(child, root, ready_r):
    # The pipes must not seem open after the new process has ended.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.read(ready_r, 1)
    # The new process stands on its own root by now, or has failed.
    with contextlib.suppress(OSError):
        os.rmdir(root)
    _, status = os.waitpid(child, 0)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def _unshare(kinds):
    sandbox.checked(sandbox.LIBC.unshare(kinds))


def _map_user(user, group):
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _build_root(root, places):
    _mount("none", "/", None, _MS_RECURSIVE | _MS_PRIVATE)
    _mount("tmpfs", root, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")
    for place in places:
        _place(root, place)
    os.mkdir(root + SCRATCH)
    options = f"size={SCRATCH_BYTES},nr_inodes={SCRATCH_FILES},mode=700"
    _mount("tmpfs", root + SCRATCH, "tmpfs", _MS_NOSUID | _MS_NODEV, options)


def _place(root, path):
    """Shows a path of the machine at the same place below `root`, with the links that lead to it."""
    shown = ""
    for name in path.strip("/").split("/"):
        shown += "/" + name
        if os.path.ismount(root + shown):
            # What a link below leads to may lie elsewhere.
            real = os.path.realpath(path)
            if real != path:
                _place(root, real)
            return
        if os.path.islink(shown):
            target = os.readlink(shown)
            if not os.path.lexists(root + shown):
                os.symlink(target, root + shown)
            rest = path[len(shown) :]
            _place(root, os.path.normpath(os.path.join(os.path.dirname(shown), target)) + rest)
            return
        if shown == path:
            break
        if not os.path.isdir(root + shown):
            os.mkdir(root + shown)
    if os.path.isdir(path):
        os.makedirs(root + path, exist_ok=True)
    else:
        os.close(os.open(root + path, os.O_WRONLY | os.O_CREAT))
    _mount(path, root + path, None, _MS_BIND | _MS_RECURSIVE)
    if not path.startswith("/dev/"):
        _lock(root + path)


def _lock(path):
    """Read-only, with all that is mounted below, beside what these mounts forbid already."""
    attributes = struct.pack("=4Q", _ATTR_READ_ONLY | _ATTR_NOSUID | _ATTR_NODEV, 0, 0, 0)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    sandbox.checked(
        sandbox.LIBC.syscall(_MOUNT_SETATTR, -100, os.fsencode(path), _AT_RECURSIVE, buffer, len(attributes))
    )


def _change_root(root):
    os.chdir(root)
    number = syscalls.PIVOT_ROOT[syscalls.MACHINES.index(platform.machine())]
    sandbox.checked(sandbox.LIBC.syscall(number, b".", b"."))
    sandbox.checked(sandbox.LIBC.umount2(b".", _DETACH))
    os.chdir("/")
    _mount("tmpfs", "/", None, _MS_REMOUNT | _MS_BIND | _MS_READ_ONLY | _MS_NOSUID | _MS_NODEV)


def _mount(source, target, kind, flags, options=None):
    def given(text):
        return None if text is None else os.fsencode(text)

    sandbox.checked(
        sandbox.LIBC.mount(given(source), given(target), given(kind), ctypes.c_ulong(flags), given(options))
    )
