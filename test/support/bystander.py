"""A process with something of each kind that a hostile program may reach for: it tells what was touched.

Prints one line of JSON with where its things are. For each line on standard input it answers with a line of
JSON: what has happened to it or its things since its start, in words. Tidies up at the end of the input.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.shmat.restype = ctypes.c_void_p
LIBC.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
IPC_RMID, IPC_STAT, GETVAL, SETVAL, IPC_NOWAIT = 0, 2, 12, 16, 0o4000
TEXT = b"untouched"
MARK = "user.leti"
SIGNALS = (
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGIO,
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGXCPU,
)


class Bystander:
    def __init__(self, folder):
        self.folder = folder
        self.file = os.path.join(folder, "file")
        self.secret = b"secret" + os.urandom(8).hex().encode()
        with open(self.file, "wb") as file:
            file.write(self.secret)
        os.mkdir(os.path.join(folder, "inner"))
        with contextlib.suppress(OSError):
            os.setxattr(self.file, MARK, TEXT)
        self.received = []
        self.sockets = {
            "datagrams": self._bind(socket.SOCK_DGRAM, os.path.join(folder, "datagrams")),
            "stream": self._bind(socket.SOCK_STREAM, os.path.join(folder, "stream")),
            "abstract": self._bind(socket.SOCK_DGRAM, f"\0leti-{os.getpid()}"),
            "abstractStream": self._bind(socket.SOCK_STREAM, f"\0leti-stream-{os.getpid()}"),
            "tcp": self._bind(socket.SOCK_STREAM, ("127.0.0.1", 0), socket.AF_INET),
            "udp": self._bind(socket.SOCK_DGRAM, ("127.0.0.1", 0), socket.AF_INET),
        }
        self._make_shared()
        for number in SIGNALS:
            signal.signal(number, lambda got, _frame: self.received.append(f"signal {got}"))
        self.read, self.write = os.pipe()
        self.before = self._look()

    def _bind(self, kind, address, family=socket.AF_UNIX):
        one = socket.socket(family, kind)
        one.bind(address)
        if kind == socket.SOCK_STREAM:
            one.listen()
        one.setblocking(False)
        return one

    def _make_shared(self):
        self.memory = LIBC.shmget(0, 4096, 0o1600)
        self.address = LIBC.shmat(self.memory, None, 0)
        ctypes.memmove(self.address, TEXT, len(TEXT))
        self.queue = LIBC.msgget(0, 0o1600)
        LIBC.msgsnd(
            self.queue, ctypes.create_string_buffer(struct.pack("=q", 1) + TEXT), len(TEXT), IPC_NOWAIT
        )
        self.semaphores = LIBC.semget(0, 1, 0o1600)
        LIBC.semctl(self.semaphores, 0, SETVAL, 1)
        self.mailbox = f"/leti-{os.getpid()}".encode()
        self.posix_queue = LIBC.mq_open(self.mailbox, os.O_RDWR | os.O_CREAT, 0o600, None)

    def places(self):
        """Where each thing is, by name."""
        return {
            "pid": os.getpid(),
            "folder": self.folder,
            "file": self.file,
            "secret": self.secret.decode(),
            "datagrams": os.path.join(self.folder, "datagrams"),
            "stream": os.path.join(self.folder, "stream"),
            "abstract": f"leti-{os.getpid()}",
            "abstractStream": f"leti-stream-{os.getpid()}",
            "tcp": self.sockets["tcp"].getsockname()[1],
            "udp": self.sockets["udp"].getsockname()[1],
            "memory": self.memory,
            "queue": self.queue,
            "semaphores": self.semaphores,
            "mailbox": self.mailbox.decode(),
            "pipe": self.read,
            "address": self.address,
        }

    def touched(self):
        """What differs from the start, and what came in, in words."""
        ready, _, _ = select.select([*self.sockets.values(), self.read], [], [], 0)
        came = [f"something came to {name}" for name, one in self.sockets.items() if one in ready]
        if self.read in ready:
            came.append("something came through its pipe")
        now = self._look()
        changed = [
            f"{name} was {self.before[name]} and is {now[name]}"
            for name in now
            if now[name] != self.before[name]
        ]
        return [*came, *self.received, *changed]

    def _look(self):
        found = os.stat(self.file)
        return {
            "the file's text": open(self.file, "rb").read().decode(),  # noqa: SIM115
            "the file's mode": oct(found.st_mode),
            "the file's owner": [found.st_uid, found.st_gid],
            "the file's time": [found.st_mtime_ns, found.st_ctime_ns],
            "the file's links": found.st_nlink,
            "the file's marks": {name: os.getxattr(self.file, name).hex() for name in self._marks()},
            "the folder": sorted(os.listdir(self.folder)),
            "the inner folder": self._inner(),
            "shared memory": ctypes.string_at(self.address, len(TEXT)).hex(),
            "shared memory's state": self._state(LIBC.shmctl, self.memory),
            "queued messages": self._state(LIBC.msgctl, self.queue),
            "the semaphore": LIBC.semctl(self.semaphores, 0, GETVAL),
            "the POSIX queue": self._mailbox_length(),
            "limits": {
                name: resource.getrlimit(getattr(resource, name)) for name in ("RLIMIT_CPU", "RLIMIT_NOFILE")
            },
            "processors": sorted(os.sched_getaffinity(0)),
            "priority": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)],
            "the owner of its pipe": fcntl.fcntl(self.read, fcntl.F_GETOWN),
            "its tracer": [line for line in open("/proc/self/status") if line.startswith("TracerPid")],  # noqa: SIM115
        }

    def _inner(self):
        try:
            return sorted(os.listdir(os.path.join(self.folder, "inner")))
        except FileNotFoundError:
            return "gone"

    def _marks(self):
        with contextlib.suppress(OSError):
            return sorted(os.listxattr(self.file))
        return []

    def _state(self, control, number):
        buffer = ctypes.create_string_buffer(256)
        return buffer.raw.hex() if control(number, IPC_STAT, buffer) == 0 else "gone"

    def _mailbox_length(self):
        attributes = (ctypes.c_long * 8)()
        again = LIBC.mq_open(self.mailbox, os.O_RDONLY)
        if again < 0:
            return "none" if self.posix_queue < 0 else "gone"
        LIBC.mq_getattr(again, attributes)
        LIBC.mq_close(again)
        return attributes[3]

    def close(self):
        LIBC.shmctl(self.memory, IPC_RMID, None)
        LIBC.msgctl(self.queue, IPC_RMID, None)
        LIBC.semctl(self.semaphores, 0, IPC_RMID)
        LIBC.mq_unlink(self.mailbox)
        shutil.rmtree(self.folder)


def main():
    bystander = Bystander(tempfile.mkdtemp(prefix="leti-bystander-"))
    try:
        print(json.dumps(bystander.places()), flush=True)
        while sys.stdin.readline():
            print(json.dumps(bystander.touched()), flush=True)
    finally:
        bystander.close()


if __name__ == "__main__":
    main()
