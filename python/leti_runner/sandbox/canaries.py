"""Attempts that the sandbox must stop. Their results on this machine decide the tier."""

import ctypes
import fcntl
import os
import signal
import socket
import sys


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
            ("signal the parent process", _signal_parent),
            ("start another process", _fork),
            ("take 2 GB of memory", _allocate),
            ("write a file of 64 MB", _large_file),
        ),
        "T3": (
            ("find out which files the machine has", _find_files),
            ("find processes of the machine", lambda: os.getpgid(outside)),
            ("fill the disk with many files", _fill_disk),
        ),
    }
    if sys.platform == "darwin":
        # Memory is watched from outside there, and the kernel signals nobody on a program's behalf.
        elsewhere = ("take 2 GB of memory", "have a process signalled")
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


def _signal_parent():
    os.kill(os.getppid(), 0)


def _fork():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _trace():
    if ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) < 0:
        raise OSError("ptrace was refused")


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
