"""The filter of system calls: what it does with each call of both machines, and what real programs need."""

import errno
import json
import struct
from pathlib import Path

import pytest

from leti_runner.sandbox import call_filter, syscalls

RECORDED = json.loads(Path(__file__).with_name("recorded_system_calls.json").read_text(encoding="utf-8"))

ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS, ENOTTY = (0x00050000 | number for number in (errno.EPERM, errno.ENOSYS, errno.ENOTTY))

NOT_FOR_PROGRAMS = {
    "start programs": "execve execveat vfork",
    "reach the network or sockets": "accept accept4 bind connect listen sendmsg sendmmsg recvmmsg"
    " setsockopt socket",
    "change modes, owners, times and marks": "chmod fchmod fchmodat fchmodat2 chown fchown fchownat lchown"
    " utime utimes futimesat utimensat"
    " setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr"
    " lremovexattr fremovexattr",
    "make devices and pipes with names": "mknod mknodat",
    "change the process's place among others": "setpgid setsid setpriority getpriority sched_setaffinity"
    " sched_setparam sched_setscheduler sched_rr_get_interval",
    "change its user or its groups": "setuid setgid setreuid setregid setresuid setresgid setgroups capget",
    "set limits and clocks": "setrlimit clock_settime",
    "signal with data, and at times": "rt_sigqueueinfo timer_create timer_settime timer_delete timerfd_create"
    " timerfd_settime timerfd_gettime tkill pidfd_open pidfd_send_signal signalfd signalfd4",
    "make files without a folder": "memfd_create memfd_secret",
    "leave their namespaces and root": "unshare setns chroot",
    "watch files of others": "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch",
    "share memory and queues by number": "shmget shmat shmdt shmctl semget semop semctl msgget msgsnd"
    " msgrcv msgctl",
    "reach other memory": "remap_file_pages process_vm_readv process_vm_writev",
    "write all that the machine has not written": "sync syncfs",
    "move data between handles without reading it": "splice tee vmsplice",
    "read other processes' lists of locks": "get_robust_list",
    "place memory on processors": "mbind get_mempolicy set_mempolicy",
    "ask for readahead, of which Python has no need": "readahead sync_file_range",
    "set what only a start of a program sets": "set_tid_address",
}
"""What real programs do, and a contained program is refused on purpose."""

UNSEEN = {
    "the tracer does not count what never returns": "exit exit_group",
    "the C library answers it itself where it can": "getcpu gettimeofday",
    "older C libraries, and others than GNU's, make it": "nanosleep getrlimit preadv pwritev",
}
"""What no recorded program was seen to make, and is let through."""


def simulate(machine, number, arguments=(), own=4242):
    """What the filter returns for a call, as the kernel computes it (linux/filter.h)."""
    given = struct.pack(
        "=IIQ6Q", number, syscalls.AUDIT_NAMES[machine], 0, *arguments, *[0] * (6 - len(arguments))
    )
    return _simulate(call_filter.instructions(machine), given, own)


def _simulate(code, given, own):
    place, loaded = 0, 0
    while True:
        operation, yes, no, value = code[place]
        value = own if value == syscalls.OWN_ID and operation == 0x15 else value
        place += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            (loaded,) = struct.unpack_from("=I", given, value)
        elif operation == 0x05:
            place += value
        else:
            held = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[operation]
            place += yes if held else no


def number(machine, name):
    return syscalls.numbers({**syscalls.ALLOWED, **syscalls.ABSENT}, machine)[name]


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_a_call_is_let_through_seems_missing_or_is_refused(machine):
    allowed = syscalls.numbers(syscalls.ALLOWED, machine)
    absent = syscalls.numbers(syscalls.ABSENT, machine)
    for call in range(syscalls.NEWEST + 1):
        names = [name for name, at in {**allowed, **absent}.items() if at == call]
        assert len(names) <= 1
        if not names:
            assert simulate(machine, call) == EPERM, call
        elif names[0] in absent:
            assert simulate(machine, call) == ENOSYS, names
        elif names[0] not in syscalls.CHECKS and names[0] != "clone":
            assert simulate(machine, call, [2**64 - 1] * 6) == ALLOW, names


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_calls_of_a_later_kernel_seem_to_be_missing_and_other_tables_end_the_process(machine):
    assert simulate(machine, syscalls.NEWEST + 1) == ENOSYS
    assert simulate(machine, 1000) == ENOSYS
    assert simulate(machine, 0x40000000 | 1) == KILL
    assert simulate(machine, 0xFFFFFFFF) == KILL
    other = next(audit for name, audit in syscalls.AUDIT_NAMES.items() if name != machine)
    for audit in (other, 0x40000003):
        call = struct.pack("=IIQ6Q", 1, audit, *[0] * 7)
        assert _simulate(call_filter.instructions(machine), call, 1) == KILL


HIGH = 1 << 32
CHECKED = [
    # A pointer whose lower half is 0 is none.
    ("sendto", (3, 1, 1, 0, 0, 0), ALLOW),
    ("sendto", (3, 1, 1, 0, 0x7000, 16), EPERM),
    ("sendto", (3, 1, 1, 0, HIGH, 16), EPERM),
    ("prlimit64", (0, 7, 0, 0x7000), ALLOW),
    ("prlimit64", (4242, 7, 0, 0x7000), ALLOW),
    ("prlimit64", (4243, 7, 0, 0x7000), EPERM),
    ("prlimit64", (0, 7, 0x7000, 0), EPERM),
    ("prlimit64", (0, 7, HIGH, 0), EPERM),
    ("prlimit64", (4243, 7, HIGH, 0), EPERM),
    ("kill", (4242, 9), ALLOW),
    ("kill", (0, 9), EPERM),
    ("kill", (0xFFFFFFFF, 9), EPERM),
    ("kill", (4241, 9), EPERM),
    ("tgkill", (4242, 4300, 9), ALLOW),
    ("tgkill", (4241, 4241, 9), EPERM),
    ("getsid", (0,), ALLOW),
    ("getsid", (1,), EPERM),
    *[(name, (4242,), ALLOW) for name in ("getpgid", "sched_getscheduler", "sched_getparam")],
    *[(name, (1,), EPERM) for name in ("getpgid", "sched_getscheduler", "sched_getparam")],
    ("socketpair", (1, 1, 0, 0), ALLOW),
    ("socketpair", (2, 1, 0, 0), EPERM),
    ("socketpair", (16, 3, 0, 0), EPERM),
    ("socketpair", (30, 2, 0, 0), EPERM),
    # F_SETFD; F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ, F_ADD_SEALS.
    ("fcntl", (3, 2, 1), ALLOW),
    *[("fcntl", (3, command, 1), EPERM) for command in (8, 10, 15, 1024, 1026, 1031, 1033)],
    ("ioctl", (3, 0x5421), ALLOW),
    # FIOSETOWN, SIOCSPGRP, FIOASYNC, TIOCSTI, TIOCLINUX, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FICLONE,
    # FIFREEZE.
    *[
        ("ioctl", (3, command), ENOTTY)
        for command in (
            0x8901,
            0x8902,
            0x5452,
            0x5412,
            0x541C,
            0x40086602,
            0x401C5820,
            0x40049409,
            0xC0045877,
        )
    ],
    ("prctl", (15, 0x7000), ALLOW),
    # PDEATHSIG, DUMPABLE, KEEPCAPS, SECCOMP, SUBREAPER, PTRACER, CAP_AMBIENT, TIMERSLACK.
    *[("prctl", (option, 1), EPERM) for option in (1, 4, 8, 22, 36, 0x59616D61, 47, 29)],
    ("clone", (0x3D0F00,), ALLOW),
    ("clone", (0x7D0F00,), ALLOW),
    # SIGCHLD; with VFORK and VM; a thread in new namespaces; with a process handle; that is traced.
    *[
        ("clone", (flags,), EPERM)
        for flags in (17, 0x4111, 0x103D0F00, 0x203D0F00, 0x403D0F00, 0x3D1F00, 0x3D2F00)
    ],
]


@pytest.mark.parametrize("machine", syscalls.MACHINES)
@pytest.mark.parametrize(("name", "arguments", "wanted"), CHECKED)
def test_arguments_decide(machine, name, arguments, wanted):
    assert simulate(machine, number(machine, name), arguments) == wanted


def test_every_check_has_a_case():
    assert {name for name, _, _ in CHECKED} == syscalls.CHECKS.keys() | {"clone"}


def test_both_machines_have_each_call_or_a_later_form_of_it():
    every = {**syscalls.ALLOWED, **syscalls.ABSENT}
    missing = {name for name, pair in every.items() if None in pair}
    assert missing == syscalls.LATER_FORMS.keys()
    for later in syscalls.LATER_FORMS.values():
        assert None not in syscalls.ALLOWED[later]


def test_what_real_programs_were_seen_to_call_is_let_through_or_refused_on_purpose():
    refused = {name for names in NOT_FOR_PROGRAMS.values() for name in names.split()}
    known = syscalls.ALLOWED.keys() | syscalls.ABSENT.keys()
    assert refused.isdisjoint(known)
    unknown = {
        f"{suite}: {name}"
        for suite, names in RECORDED.items()
        for name in names
        if name not in known | refused
    }
    assert unknown == set()


def test_what_is_let_through_was_seen_or_has_a_reason():
    seen = {name for names in RECORDED.values() for name in names}
    later = {name for pair in syscalls.LATER_FORMS.items() if set(pair) & seen for name in pair}
    unseen = {name for names in UNSEEN.values() for name in names.split()}
    assert syscalls.ALLOWED.keys() - seen - later == unseen
