"""The system calls that a contained program may make, by name. All others are refused.

test/python/runner/recorded_system_calls.json holds what real programs were seen to make, and
test_system_calls.py compares the two. Numbers are those of linux/unistd.h.
"""

import errno
import fcntl
import socket
from typing import NamedTuple

#: Machines by the place of their number in the tables, with their names in a filter (linux/audit.h).
MACHINES = ("x86_64", "aarch64")
AUDIT_NAMES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

OWN_ID = 0xFFFFFFFF
"""Stands for the process's own id until it is known."""


class Condition(NamedTuple):
    """A call is let through only if an argument has one of these values."""

    argument: int
    values: tuple
    wide: bool = False
    """Whether the argument is 64 bits, such as an address. The kernel looks at 32 bits of the others."""


class Check(NamedTuple):
    """What holds for a call that is let through. Else it gets this error."""

    conditions: tuple
    error: int = errno.EPERM


#: The calls that are let through, some with a check of their arguments: numbers on MACHINES.
ALLOWED = {
    # Handles.
    "open": (2, None), "creat": (85, None), "openat": (257, 56), "close": (3, 57), "close_range": (436, 436),
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "pwrite64": (18, 68), "preadv": (295, 69), "pwritev": (296, 70), "preadv2": (327, 286),
    "pwritev2": (328, 287), "lseek": (8, 62), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24),
    "pipe": (22, None), "pipe2": (293, 59), "fcntl": (72, 25), "ioctl": (16, 29), "flock": (73, 32),
    "fsync": (74, 82), "fdatasync": (75, 83), "truncate": (76, 45), "ftruncate": (77, 46),
    "fallocate": (285, 47), "fadvise64": (221, 223), "sendfile": (40, 71),
    "copy_file_range": (326, 285),
    # Folders and names; Landlock decides what may be opened and changed.
    "stat": (4, None), "lstat": (6, None), "fstat": (5, 80), "newfstatat": (262, 79),
    "statx": (332, 291), "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getdents64": (217, 61), "getcwd": (79, 17),
    "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, None), "mkdirat": (258, 34),
    "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None),
    "renameat": (264, 38), "link": (86, None), "linkat": (265, 37),
    "symlink": (88, None), "symlinkat": (266, 36), "statfs": (137, 43), "fstatfs": (138, 44),
    "umask": (95, 166),
    # Memory.
    "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226),
    "madvise": (28, 233), "brk": (12, 214), "msync": (26, 227),
    # Waiting, and threads.
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    "epoll_create": (213, None), "epoll_create1": (291, 20), "epoll_ctl": (233, 21),
    "epoll_wait": (232, None), "epoll_pwait": (281, 22), "eventfd": (284, None), "eventfd2": (290, 19),
    "futex": (202, 98), "sched_yield": (24, 124), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "pause": (34, None), "wait4": (61, 260), "waitid": (247, 95), "clone": (56, 220),
    "set_robust_list": (273, 99), "rseq": (334, 293),
    # Times and facts.
    "time": (201, None), "gettimeofday": (96, 169), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "times": (100, 153), "getrusage": (98, 165), "sysinfo": (99, 179),
    "uname": (63, 160), "getcpu": (309, 168), "getrandom": (318, 278), "getitimer": (36, 102),
    "setitimer": (38, 103), "alarm": (37, None), "getrlimit": (97, 163), "prlimit64": (302, 261),
    "sched_getaffinity": (204, 123), "sched_getscheduler": (145, 120), "sched_getparam": (143, 121),
    "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
    # The process itself.
    "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148),
    "getresgid": (120, 150), "getgroups": (115, 158), "getpgrp": (111, None), "getpgid": (121, 155),
    "getsid": (124, 156), "arch_prctl": (158, None), "prctl": (157, 167), "exit": (60, 93),
    "exit_group": (231, 94), "restart_syscall": (219, 128),
    # Signals to itself.
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132), "kill": (62, 129), "tgkill": (234, 131),
    # Pairs of connected sockets, for event loops.
    "socketpair": (53, 199), "sendto": (44, 206), "recvfrom": (45, 207), "recvmsg": (47, 212),
    "getsockname": (51, 204), "getpeername": (52, 205), "getsockopt": (55, 209), "shutdown": (48, 210),
}  # fmt: skip

#: Calls that seem to be missing, so that the C library or the program takes an older way.
#: Flags of `clone3` lie in memory, where a filter cannot look.
ABSENT = {
    "clone3": (435, 435), "openat2": (437, 437), "membarrier": (324, 283), "epoll_pwait2": (441, 441),
    "futex_waitv": (449, 449), "futex_wake": (454, 454), "futex_wait": (455, 455),
    "futex_requeue": (456, 456), "map_shadow_stack": (453, 453), "mseal": (462, 462),
    "cachestat": (451, 451), "pkey_alloc": (330, 289), "pkey_free": (331, 290),
    "pkey_mprotect": (329, 288),
}  # fmt: skip

NEWEST = 469
"""The last number that these tables know. A later call seems to be missing, as on an older kernel."""

#: Calls that a later form stands for on aarch64, which has no number for them.
LATER_FORMS = {
    "open": "openat", "creat": "openat", "dup2": "dup3", "pipe": "pipe2", "stat": "newfstatat",
    "lstat": "newfstatat",
    "access": "faccessat", "readlink": "readlinkat", "mkdir": "mkdirat", "rmdir": "unlinkat",
    "unlink": "unlinkat", "rename": "renameat", "link": "linkat", "symlink": "symlinkat", "poll": "ppoll",
    "select": "pselect6", "epoll_create": "epoll_create1", "epoll_wait": "epoll_pwait",
    "eventfd": "eventfd2", "pause": "ppoll", "time": "clock_gettime", "alarm": "setitimer",
    "getpgrp": "getpgid",
    # The register of thread-local data, which aarch64 sets without the kernel.
    "arch_prctl": "prctl",
}  # fmt: skip

_OF_ITSELF = Check((Condition(0, (OWN_ID,)),))
_OF_ITSELF_OR_0 = Check((Condition(0, (0, OWN_ID)),))

#: Calls that are let through for some arguments.
CHECKS = {
    # No address: a datagram could otherwise go to any Unix socket of the machine.
    "sendto": Check((Condition(4, (0,), wide=True),)),
    "socketpair": Check((Condition(0, (socket.AF_UNIX,)),)),
    "kill": _OF_ITSELF,
    "tgkill": _OF_ITSELF,
    "getpgid": _OF_ITSELF_OR_0,
    "getsid": _OF_ITSELF_OR_0,
    "sched_getscheduler": _OF_ITSELF_OR_0,
    "sched_getparam": _OF_ITSELF_OR_0,
    # Limits may be read, not set.
    "prlimit64": Check((Condition(0, (0, OWN_ID)), Condition(2, (0,), wide=True))),
    # Not: leases, notices, larger pipes, and signals to the owner of a handle.
    "fcntl": Check((
        Condition(1, (
            fcntl.F_DUPFD, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL, fcntl.F_GETLK,
            fcntl.F_SETLK, fcntl.F_SETLKW, 36, 37, 38,  # the same locks, of open files
            fcntl.F_DUPFD_CLOEXEC, 1032,  # F_GETPIPE_SZ
        )),
    )),
    # FIONBIO, FIOCLEX, FIONCLEX, FIONREAD; TCGETS, TCGETS2, TIOCGWINSZ: is it a terminal?
    "ioctl": Check(
        (Condition(1, (0x5421, 0x5451, 0x5450, 0x541B, 0x5401, 0x802C542A, 0x5413)),), errno.ENOTTY
    ),
    # Reads: PDEATHSIG, DUMPABLE, SECCOMP, CAPBSET, NO_NEW_PRIVS, the thread's NAME. Sets: NAME, SET_VMA.
    "prctl": Check((Condition(0, (2, 3, 21, 23, 39, 16, 15, 0x53564D41)),)),
}  # fmt: skip

#: Flags of `clone` for a thread (linux/sched.h): it needs CLONE_THREAD, and has at most these.
THREAD = 0x00010000
THREAD_FLAGS = 0x007D0F00

PIVOT_ROOT = (155, 41)


def numbers(table, machine):
    """The calls of a table that a machine has, with their numbers."""
    place = MACHINES.index(machine)
    return {name: pair[place] for name, pair in table.items() if pair[place] is not None}
