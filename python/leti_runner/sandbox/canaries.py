"""Attempts that the sandbox must stop. Their results on this machine decide the tier."""

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import socket
import sys

_SHM_INFO = 14
"""Asks how much shared memory there is, which needs no right (shmctl(2))."""


def run(outside, bystander):
    """Tries each canary in this sandboxed process. By tier and name: True where the sandbox stopped it.

    `outside` is the id of a process of the machine, `bystander` an empty file outside the scratch folder.
    """
    attempts = {
        "T2": (
            ("write outside the scratch folder", _write_outside),
            ("empty a file of the machine", lambda: os.truncate(bystander, 0)),
            ("have a process signalled", _own_signals),
            ("read the parent's memory map", _read_parent),
            ("open a network connection", _connect),
            ("open a socket of the machine", _unix_socket),
            ("send to a socket of the machine", _send_datagram),
            ("look into shared memory of the machine", _shared_memory),
            ("remove a mark from a file of the machine", lambda: _remove_mark(bystander)),
            ("signal the parent process", _signal_parent),
            ("start another process", _fork),
            ("take 2 GB of memory", _allocate),
            ("write a file of 64 MB", _large_file),
        ),
        "T3": (
            ("find out which files the machine has", _find_files),
            ("find processes of the machine", lambda: os.sched_getaffinity(outside)),
            ("fill the disk with many files", _fill_disk),
        ),
    }
    if sys.platform == "darwin":
        # Memory is watched from outside there, the kernel signals nobody on a program's behalf, and Python
        # has no function for the rest.
        elsewhere = (
            "take 2 GB of memory",
            "have a process signalled",
            "send to a socket of the machine",
            "look into shared memory of the machine",
            "remove a mark from a file of the machine",
        )
        attempts = {"T2": tuple(one for one in attempts["T2"] if one[0] not in elsewhere), "T3": ()}
    found = {tier: {name: _contained(attempt) for name, attempt in named} for tier, named in attempts.items()}
    if sys.platform != "darwin":
        # Last of all: where nothing stops it, a traced process stops at its next signal.
        found["T2"]["trace a process"] = _contained(_trace)
    return found


def _contained(attempt):
    try:
        attempt()
    except (OSError, MemoryError):
        return True
    return False


def _write_outside():
    path = os.path.join("/var/tmp", f"leti-canary-{os.getpid()}")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    os.unlink(path)


def _own_signals():
    read, write = os.pipe()
    try:
        fcntl.fcntl(read, fcntl.F_SETOWN, os.getppid())
    finally:
        os.close(read)
        os.close(write)


def _read_parent():
    with open(f"/proc/{os.getppid()}/maps", encoding="ascii") as file:
        file.read(1)


def _connect():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.settimeout(0.2)
        connection.bind(("127.0.0.1", 0))


def _unix_socket():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        if sys.platform == "darwin":
            # macOS lets everybody make a socket, so the canary tries to reach something.
            connection.connect("/var/run/mDNSResponder")


def _send_datagram():
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with left, right, contextlib.suppress(FileNotFoundError):
        # A program that is told that nobody is there could have sent to somebody.
        left.sendto(b"", "/leti-canary")


def _shared_memory():
    if _libc().shmctl(0, _SHM_INFO, ctypes.create_string_buffer(256)) < 0:
        raise OSError("shmctl was refused")


def _remove_mark(bystander):
    try:
        os.removexattr(bystander, "user.leti")
    except OSError as error:
        # A program that is told that there is no such mark could have removed one.
        if error.errno != errno.ENODATA:
            raise


def _signal_parent():
    os.kill(os.getppid(), 0)


def _fork():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _trace():
    if _libc().ptrace(0, 0, 0, 0) < 0:
        raise OSError("ptrace was refused")


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _allocate():
    bytearray(2 << 30)


def _large_file():
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open("canary", "wb") as file:
            for _ in range(64):
                file.write(b"x" * (1 << 20))
    finally:
        signal.signal(signal.SIGXFSZ, previous)


def _find_files():
    os.stat("/etc/passwd")


def _fill_disk():
    for number in range(17):
        with open(f"canary-{number}", "wb") as file:
            file.write(b"x" * (4 << 20))
