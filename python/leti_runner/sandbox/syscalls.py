"""Numbers of system calls by machine (linux/unistd.h)."""

#: What a program is refused.
DENIED = {
    "x86_64": {
        "socket": 41, "ptrace": 101, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
        "unshare": 272, "setns": 308, "bpf": 321, "perf_event_open": 298, "io_uring_setup": 425,
        "keyctl": 250, "add_key": 248, "request_key": 249, "process_vm_readv": 310,
        "process_vm_writev": 311, "kexec_load": 246, "init_module": 175, "finit_module": 313,
        "delete_module": 176, "reboot": 169, "swapon": 167, "swapoff": 168, "userfaultfd": 323,
        "name_to_handle_at": 303, "open_by_handle_at": 304, "fork": 57, "vfork": 58, "execve": 59,
        "execveat": 322, "kill": 62, "tkill": 200, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297,
        "pidfd_send_signal": 424, "pidfd_getfd": 438, "chmod": 90, "fchmod": 91, "fchmodat": 268,
        "fchmodat2": 452, "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "setxattr": 188,
        "lsetxattr": 189, "fsetxattr": 190, "setrlimit": 160, "utime": 132, "utimes": 235,
        "futimesat": 261, "utimensat": 280, "sethostname": 170, "settimeofday": 164, "clock_settime": 227,
        "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "mknod": 133, "mknodat": 259,
        "syslog": 103, "acct": 163, "fanotify_init": 300, "iopl": 172, "ioperm": 173, "setpriority": 141,
        "sched_setparam": 142, "sched_setscheduler": 144, "sched_setaffinity": 203, "sched_setattr": 314,
        "ioprio_set": 251, "kcmp": 312, "move_pages": 279, "migrate_pages": 256, "process_madvise": 440,
    },
    "aarch64": {
        "socket": 198, "ptrace": 117, "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51,
        "unshare": 97, "setns": 268, "bpf": 280, "perf_event_open": 241, "io_uring_setup": 425,
        "keyctl": 219, "add_key": 217, "request_key": 218, "process_vm_readv": 270,
        "process_vm_writev": 271, "kexec_load": 104, "init_module": 105, "finit_module": 273,
        "delete_module": 106, "reboot": 142, "swapon": 224, "swapoff": 225, "userfaultfd": 282,
        "name_to_handle_at": 264, "open_by_handle_at": 265, "execve": 221, "execveat": 281, "kill": 129,
        "tkill": 130, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "pidfd_send_signal": 424,
        "pidfd_getfd": 438, "fchmod": 52, "fchmodat": 53, "fchmodat2": 452, "fchown": 55, "fchownat": 54,
        "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "setrlimit": 164, "utimensat": 88,
        "sethostname": 161, "settimeofday": 170, "clock_settime": 112,
        "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "mknodat": 33,
        "syslog": 116, "acct": 89, "fanotify_init": 262, "setpriority": 140, "sched_setparam": 118,
        "sched_setscheduler": 119, "sched_setaffinity": 122, "sched_setattr": 274, "ioprio_set": 30,
        "kcmp": 272, "move_pages": 239, "migrate_pages": 238, "process_madvise": 440,
    },
}  # fmt: skip

#: What is looked at more closely, and the machine's name in the filter (linux/audit.h).
SPECIAL = {
    "x86_64": {
        "audit": 0xC000003E, "clone": 56, "clone3": 435, "tgkill": 234, "prlimit64": 302, "fcntl": 72,
        "ioctl": 16, "prctl": 157,
    },
    "aarch64": {
        "audit": 0xC00000B7, "clone": 220, "clone3": 435, "tgkill": 131, "prlimit64": 261, "fcntl": 25,
        "ioctl": 29, "prctl": 167,
    },
}  # fmt: skip
