import { body, type Attack } from './attacks.ts';

/** Stands in a program for a dictionary: where a bystander has its things (test/support/bystander.py). */
export const BYSTANDER = 'BYSTANDER';

/** Stands in a program for the numbers of the calls that are let through (python/leti_runner/sandbox/syscalls.py). */
export const ALLOWED_NUMBERS = 'ALLOWED_NUMBERS';

const TOOLS = [
  'import ctypes, errno, fcntl, mmap, os, platform, signal, socket, struct',
  'libc = ctypes.CDLL(None, use_errno=True)',
  'libc.syscall.restype = ctypes.c_long',
  'arm = platform.machine() == "aarch64"',
  'def call(x86, other, *arguments):',
  '    texts = (bytes, ctypes.Array, type(None))',
  '    given = [a if isinstance(a, texts) else ctypes.c_long(a) for a in arguments]',
  '    return libc.syscall(ctypes.c_long(other if arm else x86), *given)',
  'def refused(result):',
  '    return result < 0 and ctypes.get_errno() in (errno.EPERM, errno.EACCES, errno.ENOSYS)',
];

/** A function that answers right for its first argument if one of these expressions is not refused by the kernel. */
const calls = (...expressions: string[]): string =>
  body(...TOOLS, ...expressions.map((one) => `if not refused(${one}): return 2`), 'return 0');

/** The same against a bystander's things. What does not exist for the program cannot be touched. */
const against = (...expressions: string[]): string =>
  body(
    ...TOOLS,
    `b = ${BYSTANDER}`,
    'def refused(result):',
    '    gone = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOENT, errno.EOPNOTSUPP)',
    '    return result < 0 and ctypes.get_errno() in gone',
    ...expressions.map((one) => `if not refused(${one}): return 2`),
    'return 0',
  );

/** Lines with the same tools, that return 2 where they succeed. */
const lines = (...own: string[]): string => body(...TOOLS, `b = ${BYSTANDER}`, ...own);

const REFUSED: Attack[2] = ['failed', 'error'];

/** The address of a bystander's socket as the kernel takes it. */
const ADDRESS = [
  'path = struct.pack("=H", 1) + b["datagrams"].encode() + b"\\0"',
  'a, c = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)',
];
const MESSAGE = [
  ...ADDRESS,
  'name, data = ctypes.create_string_buffer(path), ctypes.create_string_buffer(b"x")',
  'part = (ctypes.c_size_t * 2)(ctypes.addressof(data), 1)',
  'head = (ctypes.c_size_t * 8)(ctypes.addressof(name), len(path), ctypes.addressof(part), 1, 0, 0, 0, 0)',
];

/** Programs that reach for the things of another process of their user. Without a sandbox they reach them. */
export const ON_BYSTANDERS: Attack[] = [
  ['sends a datagram to a socket', lines(...ADDRESS, 'a.sendto(b"x", b["datagrams"])', 'return 2'), REFUSED],
  [
    'sends a datagram to an abstract socket',
    lines(...ADDRESS, 'a.sendto(b"x", b"\\0" + b["abstract"].encode())', 'return 2'),
    REFUSED,
  ],
  [
    'sends a datagram in a message',
    lines(...ADDRESS, 'a.sendmsg([b"x"], [], 0, b["datagrams"])', 'return 2'),
    REFUSED,
  ],
  [
    'sends many datagrams at once',
    lines(...MESSAGE, 'return 0 if refused(call(307, 269, a.fileno(), head, 1, 0)) else 2'),
    REFUSED,
  ],
  [
    'gives a handle away',
    lines(
      ...ADDRESS,
      'a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("=i", 0))], 0, b["datagrams"])',
      'return 2',
    ),
    REFUSED,
  ],
  [
    'connects one of a pair',
    lines(...ADDRESS, 'a.connect(b["datagrams"])', 'a.send(b"x")', 'return 2'),
    REFUSED,
  ],
  [
    'connects one of a pair to an abstract socket',
    lines(...ADDRESS, 'a.connect(b"\\0" + b["abstract"].encode())', 'a.send(b"x")', 'return 2'),
    REFUSED,
  ],
  ['connects to a stream', lines('socket.socket(socket.AF_UNIX).connect(b["stream"])', 'return 2'), REFUSED],
  [
    'connects to an abstract stream',
    lines('socket.socket(socket.AF_UNIX).connect(b"\\0" + b["abstractStream"].encode())', 'return 2'),
    REFUSED,
  ],
  [
    'connects to a port of the machine',
    lines('socket.create_connection(("127.0.0.1", b["tcp"]), 0.5)', 'return 2'),
    REFUSED,
  ],
  [
    'sends a packet to a port of the machine',
    lines(
      'socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", b["udp"]))',
      'return 2',
    ),
    REFUSED,
  ],
  [
    'reads shared memory',
    lines(
      'libc.shmat.restype = ctypes.c_void_p',
      'at = libc.shmat(b["memory"], None, 0o10000)',
      'return 2 if at not in (None, 2**64 - 1) else 0',
    ),
    REFUSED,
  ],
  [
    'writes shared memory',
    lines(
      'libc.shmat.restype = ctypes.c_void_p',
      'at = libc.shmat(b["memory"], None, 0)',
      'if at in (None, 2**64 - 1): return 0',
      'ctypes.memmove(at, b"forged", 6)',
      'return 2',
    ),
    REFUSED,
  ],
  ['asks for the state of shared memory', against('libc.shmctl(b["memory"], 2, bytes(256))'), REFUSED],
  [
    'counts through all shared memory',
    against('max(libc.shmctl(n, kind, bytes(256)) for n in range(64) for kind in (2, 13, 15))'),
    REFUSED,
  ],
  ['sends into a queue', against('libc.msgsnd(b["queue"], struct.pack("=q", 1) + b"x", 1, 0o4000)'), REFUSED],
  [
    'takes from a queue',
    against('libc.msgrcv(b["queue"], ctypes.create_string_buffer(64), 16, 0, 0o4000)'),
    REFUSED,
  ],
  [
    'changes a semaphore',
    against('libc.semop(b["semaphores"], struct.pack("=Hhh", 0, 1, 0o4000), 1)'),
    REFUSED,
  ],
  [
    'changes a semaphore by another call',
    against('call(220, 192, b["semaphores"], struct.pack("=Hhh", 0, 1, 0o4000), 1, None)'),
    REFUSED,
  ],
  ['sets a semaphore', against('libc.semctl(b["semaphores"], 0, 16, 7)'), REFUSED],
  [
    'opens a POSIX queue',
    against('libc.mq_open(b["mailbox"].encode(), os.O_RDWR)', 'libc.mq_unlink(b"/leti-none")'),
    REFUSED,
  ],
  [
    'sends into a POSIX queue',
    lines(
      'queue = libc.mq_open(b["mailbox"].encode(), os.O_RDWR)',
      'return 0 if queue < 0 or libc.mq_send(queue, b"x", 1, 0) < 0 else 2',
    ),
    REFUSED,
  ],
  ['removes a mark of a file', lines('os.removexattr(b["file"], "user.leti")', 'return 2'), REFUSED],
  [
    'removes a mark without following links',
    against('libc.lremovexattr(b["file"].encode(), b"user.leti")'),
    REFUSED,
  ],
  [
    'removes a mark of a file by a later call',
    against('call(466, 466, -100, b["file"].encode(), 0, b"user.leti")'),
    REFUSED,
  ],
  [
    'sets a mark of a file by a later call',
    against(
      'call(463, 463, -100, b["file"].encode(), 0, b"user.leti", (ctypes.c_long * 2)(id(b"") + 32, 1), 16)',
    ),
    REFUSED,
  ],
  ['reads a mark of a file', lines('return 2 if os.getxattr(b["file"], "user.leti") else 0'), REFUSED],
  ['lists the marks of a file', lines('return 2 if "user.leti" in os.listxattr(b["file"]) else 0'), REFUSED],
  [
    'sets an access list of a file',
    against(
      'libc.setxattr(b["file"].encode(), b"system.posix_acl_access", ' +
        'struct.pack("=I" + "HHI" * 4, 2, 1, 7, 2**32 - 1, 4, 7, 2**32 - 1, 16, 7, 2**32 - 1, 32, 7, 2**32 - 1), 36, 0)',
    ),
    REFUSED,
  ],
  ['changes the mode of a file', lines('os.chmod(b["file"], 0o777)', 'return 2'), REFUSED],
  [
    'changes the mode of a file by a later call',
    against(
      'call(452, 452, -100, b["file"].encode(), 0o777, 0)',
      'libc.fchmodat(-100, b["file"].encode(), 0o777, 0)',
    ),
    REFUSED,
  ],
  ['changes the times of a file', lines('os.utime(b["file"], (1, 1))', 'return 2'), REFUSED],
  [
    'changes the times of a file by older calls',
    against(
      'libc.utime(b["file"].encode(), struct.pack("=2q", 1, 1))',
      'libc.utimes(b["file"].encode(), struct.pack("=4q", 1, 0, 1, 0))',
      'libc.futimesat(-100, b["file"].encode(), struct.pack("=4q", 1, 0, 1, 0))',
    ),
    REFUSED,
  ],
  [
    'sets attributes of a file',
    against('call(469, 469, -100, b["file"].encode(), bytes(24), 24, 0)'),
    REFUSED,
  ],
  [
    'takes the owner of a file for granted',
    against('libc.lchown(b["file"].encode(), os.getuid(), os.getgid())'),
    REFUSED,
  ],
  ['reads a file', lines('return 2 if open(b["file"]).read() == b["secret"] else 0'), REFUSED],
  ['empties a file', lines('os.truncate(b["file"], 0)', 'return 2'), REFUSED],
  [
    'empties a file as it opens it',
    lines('os.open(b["file"], os.O_RDONLY | os.O_TRUNC)', 'return 2'),
    REFUSED,
  ],
  [
    'makes a file without a name',
    lines('os.open(b["folder"], os.O_TMPFILE | os.O_RDWR)', 'return 2'),
    REFUSED,
  ],
  [
    'writes below a handle of a folder',
    lines(
      'at = os.open(b["folder"], os.O_PATH)',
      'os.close(os.open("inner/forged", os.O_WRONLY | os.O_CREAT, dir_fd=at))',
      'return 2',
    ),
    REFUSED,
  ],
  [
    'goes into a folder and lists it',
    lines('os.chdir(b["folder"])', 'return 2 if "file" in os.listdir(".") else 0'),
    REFUSED,
  ],
  [
    'exchanges a file',
    against('(open("mine", "w").close(), call(316, 276, -100, b"mine", -100, b["file"].encode(), 2))[1]'),
    REFUSED,
  ],
  [
    'puts a link in front of a file',
    lines('os.link(b["file"], b["folder"] + "/inner/forged")', 'return 2'),
    REFUSED,
  ],
  ['puts a folder beside a file', lines('os.mkdir(b["folder"] + "/inner/forged")', 'return 2'), REFUSED],
  ['removes a folder', lines('os.rmdir(b["folder"] + "/inner")', 'return 2'), REFUSED],
  ['leaves a link in a folder', lines('os.symlink("x", b["folder"] + "/inner/forged")', 'return 2'), REFUSED],
  [
    'writes through a link that it changes while it is followed',
    lines(
      'import threading',
      'os.mkdir("d")',
      'def swap():',
      '    while True:',
      '        os.rename("d", "e")',
      '        os.symlink(b["folder"] + "/inner", "d")',
      '        os.unlink("d")',
      '        os.rename("e", "d")',
      'threading.Thread(target=swap, daemon=True).start()',
      'for _ in range(2000):',
      '    try: open("d/forged", "w").close()',
      '    except OSError: pass',
      'return 0',
    ),
    REFUSED,
  ],
  [
    'watches a folder',
    against('libc.inotify_add_watch(max(libc.inotify_init1(0), 0), b["folder"].encode(), 0xFFF)'),
    REFUSED,
  ],
  [
    'watches a folder by a notice',
    lines('fcntl.fcntl(os.open(b["folder"], os.O_RDONLY), 1026, 0xF)', 'return 2'),
    REFUSED,
  ],
  ['signals a process', against('libc.kill(b["pid"], 10)'), REFUSED],
  [
    'signals a thread',
    against('call(200, 130, b["pid"], 10)', 'call(234, 131, b["pid"], b["pid"], 10)'),
    REFUSED,
  ],
  [
    'signals a process with a value',
    against(
      'call(129, 138, b["pid"], 10, struct.pack("=iiiiiiQ", 10, 0, -1, 0, 0, 0, 0) + bytes(96))',
      'call(297, 240, b["pid"], b["pid"], 10, struct.pack("=iiiiiiQ", 10, 0, -1, 0, 0, 0, 0) + bytes(96))',
    ),
    REFUSED,
  ],
  [
    'signals a process through a handle',
    lines(
      'handle = call(434, 434, b["pid"], 0)',
      'return 0 if refused(call(424, 424, handle, 10, None, 0)) else 2',
    ),
    REFUSED,
  ],
  [
    'takes a handle from a process',
    lines('handle = call(434, 434, b["pid"], 0)', 'return 0 if refused(call(438, 438, handle, 0, 0)) else 2'),
    REFUSED,
  ],
  [
    'has a process signalled by a pipe',
    lines(
      'r, w = os.pipe()',
      'fcntl.fcntl(r, fcntl.F_SETOWN, b["pid"])',
      'fcntl.fcntl(r, 10, 10)',
      'fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)',
      'os.write(w, b"x")',
      'return 2',
    ),
    REFUSED,
  ],
  [
    'has a process signalled by a socket',
    lines(
      'a, c = socket.socketpair()',
      'fcntl.ioctl(a, 0x8901, struct.pack("=i", b["pid"]))',
      'fcntl.ioctl(a, 0x5452, struct.pack("=i", 1))',
      'c.send(b"x")',
      'return 2',
    ),
    REFUSED,
  ],
  [
    'has a process signalled by another call',
    lines('fcntl.fcntl(os.pipe()[0], 15, struct.pack("=ii", 1, b["pid"]))', 'return 2'),
    REFUSED,
  ],
  [
    'has a process signalled by a timer',
    against('call(222, 107, 1, struct.pack("=Qiii", 0, 10, 4, b["pid"]) + bytes(44), bytes(8))'),
    REFUSED,
  ],
  ['traces a process', against('libc.ptrace(16, b["pid"], None, None)'), REFUSED],
  ['traces a process without stopping it', against('libc.ptrace(0x4206, b["pid"], None, None)'), REFUSED],
  [
    "reads another process's memory",
    lines(
      'text = ctypes.create_string_buffer(9)',
      'own = (ctypes.c_size_t * 2)(ctypes.addressof(text), 9)',
      'other = (ctypes.c_size_t * 2)(b["address"], 9)',
      'return 0 if refused(call(310, 270, b["pid"], own, 1, other, 1, 0)) else 2',
    ),
    REFUSED,
  ],
  [
    "writes another process's memory",
    lines(
      'text = ctypes.create_string_buffer(b"forged")',
      'own = (ctypes.c_size_t * 2)(ctypes.addressof(text), 6)',
      'other = (ctypes.c_size_t * 2)(b["address"], 6)',
      'return 0 if refused(call(311, 271, b["pid"], own, 1, other, 1, 0)) else 2',
    ),
    REFUSED,
  ],
  [
    "opens another process's memory",
    lines(
      'with open(f"/proc/{b[\'pid\']}/mem", "r+b", 0) as memory:',
      '    memory.seek(b["address"])',
      '    memory.write(b"forged")',
      'return 2',
    ),
    REFUSED,
  ],
  [
    "opens another process's handles",
    lines("os.open(f\"/proc/{b['pid']}/fd/{b['pipe']}\", os.O_WRONLY)", 'return 2'),
    REFUSED,
  ],
  [
    "reads another process's variables",
    lines('return 2 if open(f"/proc/{b[\'pid\']}/environ").read() else 0'),
    REFUSED,
  ],
  [
    "goes through another process's root",
    lines("return 2 if open(f\"/proc/{b['pid']}/root{b['file']}\").read() else 0"),
    REFUSED,
  ],
  [
    "sets another process's limits",
    against('call(302, 261, b["pid"], 7, struct.pack("=2Q", 32, 32), None)'),
    REFUSED,
  ],
  [
    "sets another process's limits at an address with a lower half of zeros",
    lines(
      'libc.mmap.restype = ctypes.c_void_p',
      'libc.mmap.argtypes = [ctypes.c_void_p, *[ctypes.c_long] * 5]',
      'at = next(n << 32 for n in range(1, 4096) if libc.mmap(n << 32, 4096, 3, 0x100022, -1, 0) == n << 32)',
      'ctypes.memmove(at, struct.pack("=2Q", 32, 32), 16)',
      'return 0 if refused(call(302, 261, b["pid"], 7, at, None)) else 2',
    ),
    REFUSED,
  ],
  ["reads another process's limits", against('call(302, 261, b["pid"], 7, None, bytes(16))'), REFUSED],
  ['binds a process to no processor', lines('os.sched_setaffinity(b["pid"], {0})', 'return 2'), REFUSED],
  ['slows a process down', lines('os.setpriority(os.PRIO_PROCESS, b["pid"], 19)', 'return 2'), REFUSED],
  [
    'makes a process idle',
    lines('os.sched_setscheduler(b["pid"], os.SCHED_IDLE, os.sched_param(0))', 'return 2'),
    REFUSED,
  ],
  [
    'makes a process idle by another call',
    against('call(314, 274, b["pid"], struct.pack("=IIQiIQQQ", 48, 5, 0, 0, 0, 0, 0, 0), 0)'),
    REFUSED,
  ],
  ["slows a process's disk down", against('call(251, 30, 1, b["pid"], 3 << 13)'), REFUSED],
  [
    "moves another process's memory",
    against(
      'call(256, 238, b["pid"], 64, bytes(8), bytes(8))',
      'call(279, 239, b["pid"], 0, None, None, None, 0)',
    ),
    REFUSED,
  ],
  [
    "asks about another process's locks and handles",
    against('call(274, 100, b["pid"], bytes(8), bytes(8))', 'call(312, 272, os.getpid(), b["pid"], 2, 0, 0)'),
    REFUSED,
  ],
];

/** A call that takes zeros, by its numbers on x86-64 and aarch64. */
const zeros = (x86: number, arm: number): string => `call(${x86}, ${arm}, 0, 0, 0, 0, 0, 0)`;
const socketOf = (family: number, kind: string, protocol = 0): string =>
  body('import socket', `socket.socket(${family}, socket.${kind}, ${protocol})`, 'return 2');

/** Programs that ask the kernel for what no program needs. The kernel must refuse, not find fault with the request. */
export const ON_THE_KERNEL: Attack[] = [
  [
    'sets up a ring of calls',
    calls('call(425, 425, 1, ctypes.create_string_buffer(120))', zeros(426, 426), zeros(427, 427)),
    REFUSED,
  ],
  ['handles faults of its memory', calls('call(323, 282, 1)'), REFUSED],
  ['loads a program into the kernel', calls('call(321, 280, 5, bytes(128), 128)'), REFUSED],
  [
    'measures the machine',
    calls('call(298, 241, struct.pack("=IIQ", 1, 128, 0) + bytes(112), 0, -1, -1, 0)'),
    REFUSED,
  ],
  [
    'uses the key rings',
    calls(
      'call(250, 219, 0, -3, 1)',
      'call(248, 217, b"user", b"leti", b"x", 1, -3)',
      'call(249, 218, b"user", b"leti", None, -3)',
    ),
    REFUSED,
  ],
  [
    'installs a filter of its own',
    calls('call(317, 277, 2, 0, 0)', 'call(317, 277, 1, 0, bytes(16))'),
    REFUSED,
  ],
  ['shuts itself in once more', calls(zeros(444, 444), zeros(445, 445), zeros(446, 446)), REFUSED],
  ['makes a file in memory', lines('os.memfd_create("x")', 'return 2'), REFUSED],
  ['makes memory that only it can see', calls('call(447, 447, 0)'), REFUSED],
  [
    'watches the whole machine',
    calls('call(300, 262, 0, 0)', 'call(301, 263, 0, 1, 2, -100, b"/")'),
    REFUSED,
  ],
  [
    'opens files by their numbers',
    calls(
      'call(303, 264, -100, b".", ctypes.create_string_buffer(struct.pack("=Ii", 128, 0) + bytes(128)), bytes(4), 0)',
      'call(304, 265, -100, bytes(16), 0)',
    ),
    REFUSED,
  ],
  [
    'builds a file system',
    calls(
      'call(428, 428, -100, b".", 1)',
      'call(430, 430, b"tmpfs", 0)',
      'call(431, 431, 0, 6, None, None, 0)',
      'call(432, 432, 0, 0, 0)',
      'call(433, 433, -100, b".", 0)',
      'call(429, 429, -100, b".", -100, b".", 0)',
      'call(442, 442, -100, b".", 0, bytes(32), 32)',
      'call(467, 467, -100, b".", 1, bytes(32), 32)',
    ),
    REFUSED,
  ],
  [
    'asks for the mounts of the machine',
    calls(
      'call(457, 457, bytes(32), ctypes.create_string_buffer(512), 512, 0)',
      'call(458, 458, bytes(32), ctypes.create_string_buffer(512), 64, 0)',
    ),
    REFUSED,
  ],
  [
    'asks for the rules of the machine',
    calls('call(459, 459, 100, bytes(64), bytes(8), 0)', 'call(461, 461, bytes(64), bytes(8), 0)'),
    REFUSED,
  ],
  [
    'changes its root and its namespaces',
    calls(
      'call(161, 51, b".")',
      'call(155, 41, b".", b".")',
      'call(272, 97, 0x10000000)',
      'call(308, 268, 0, 0)',
    ),
    REFUSED,
  ],
  ['starts a process in new namespaces', calls('call(56, 220, 0x7E020011, 0, 0, 0, 0)'), REFUSED],
  [
    'starts a process by its latest call',
    calls('call(435, 435, struct.pack("=8Q", 0, 0, 0, 0, 17, 0, 0, 0), 64)'),
    REFUSED,
  ],
  ['starts a process that shares its memory', calls('call(56, 220, 0x111, 0, 0, 0, 0)'), REFUSED],
  [
    'runs a file through a handle',
    calls(
      'call(322, 281, os.open(os.path.realpath("/lib"), os.O_RDONLY), b"", (ctypes.c_void_p * 1)(), (ctypes.c_void_p * 1)(), 0x1000)',
    ),
    REFUSED,
  ],
  ['runs as another machine would', calls('call(135, 92, 0x0040000)'), REFUSED],
  [
    'asks for rights to devices',
    body(
      ...TOOLS,
      'if arm: return 0',
      'return 0 if all(refused(call(n, 0, 3, 0, 0)) for n in (172, 173, 154)) else 2',
    ),
    REFUSED,
  ],
  [
    'rules the machine',
    calls(
      zeros(169, 142),
      zeros(167, 224),
      zeros(168, 225),
      zeros(246, 104),
      zeros(320, 294),
      zeros(175, 105),
      zeros(313, 273),
      zeros(176, 106),
    ),
    REFUSED,
  ],
  [
    'sets names and clocks',
    calls(
      'call(170, 161, b"x", 1)',
      'call(171, 162, b"x", 1)',
      zeros(164, 170),
      'call(227, 112, 0, bytes(16))',
      'call(159, 171, bytes(256))',
      'call(305, 266, 0, bytes(256))',
    ),
    REFUSED,
  ],
  [
    'keeps accounts and quotas',
    calls('call(163, 89, None)', 'call(179, 60, 0x800007, None, 0, None)', 'call(443, 443, 0, 0, 0, 0)'),
    REFUSED,
  ],
  ['writes all that others have not written', calls('call(162, 81)', 'call(306, 267, 0)'), REFUSED],
  [
    'becomes others',
    calls(
      'call(105, 146, 0)',
      'call(106, 144, 0)',
      'call(117, 147, 0, 0, 0)',
      'call(119, 149, 0, 0, 0)',
      'call(116, 159, 0, None)',
      'call(122, 151, 0)',
    ),
    REFUSED,
  ],
  ['takes a session and a group of its own', calls('call(112, 157)', 'call(109, 154, 0, 0)'), REFUSED],
  [
    'sets its limits by older calls',
    calls(
      'call(160, 164, 0, struct.pack("=2Q", 2**64 - 1, 2**64 - 1))',
      'call(302, 261, 0, 0, struct.pack("=2Q", 2**64 - 1, 2**64 - 1), None)',
    ),
    REFUSED,
  ],
  [
    'sets its limits at an address with a lower half of zeros',
    lines(
      'libc.mmap.restype = ctypes.c_void_p',
      'libc.mmap.argtypes = [ctypes.c_void_p, *[ctypes.c_long] * 5]',
      'at = next(n << 32 for n in range(1, 4096) if libc.mmap(n << 32, 4096, 3, 0x100022, -1, 0) == n << 32)',
      'ctypes.memmove(at, struct.pack("=2Q", 32, 32), 16)',
      'return 0 if refused(call(302, 261, 0, 7, at, None)) else 2',
    ),
    REFUSED,
  ],
  [
    'makes memory, queues and semaphores',
    calls(
      'libc.shmget(0, 4096, 0o1600)',
      'libc.msgget(0, 0o1600)',
      'libc.semget(0, 1, 0o1600)',
      'libc.mq_open(b"/leti-forged", 0o102, 0o600, None)',
    ),
    REFUSED,
  ],
  [
    'sends to a socket that has a name of its own',
    lines('a, c = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)', 'a.bind("mine")', 'return 2'),
    REFUSED,
  ],
  ['takes an abstract name', lines('socket.socketpair()[0].bind(b"\\0leti-forged")', 'return 2'), REFUSED],
  [
    'listens with one of a pair',
    calls(
      'libc.listen(socket.socketpair()[0].fileno(), 1)',
      'libc.accept(0, None, None)',
      'libc.accept4(0, None, None, 0)',
    ),
    REFUSED,
  ],
  [
    'loads a filter into one of a pair',
    calls(
      'libc.setsockopt(socket.socketpair()[0].fileno(), 1, 26, struct.pack("=HxxxxxxQ", 1, id(b"") + 32), 16)',
    ),
    REFUSED,
  ],
  ['talks to the kernel', socketOf(16, 'SOCK_RAW', 0), REFUSED],
  ['hears what the kernel says about devices', socketOf(16, 'SOCK_DGRAM', 15), REFUSED],
  ['talks to the host of the machine', socketOf(40, 'SOCK_STREAM'), REFUSED],
  ['reads the packets of the machine', socketOf(17, 'SOCK_RAW', 768), REFUSED],
  ["uses the kernel's ciphers", socketOf(38, 'SOCK_SEQPACKET'), REFUSED],
  ['reads the keys of the network', socketOf(15, 'SOCK_RAW', 2), REFUSED],
  ['uses a bus of devices', socketOf(29, 'SOCK_RAW', 1), REFUSED],
  ['talks to devices near by', socketOf(31, 'SOCK_RAW', 1), REFUSED],
  [
    'makes a pair of other sockets',
    calls(
      'libc.socketpair(30, 2, 0, bytes(8))',
      'libc.socketpair(16, 3, 0, bytes(8))',
      'libc.socketpair(2, 1, 0, bytes(8))',
    ),
    REFUSED,
  ],
  [
    'moves pages between pipes',
    calls(
      'call(275, 76, os.pipe()[0], None, os.pipe()[1], None, 1, 2)',
      'call(276, 77, 0, 1, 1, 2)',
      'call(278, 75, os.pipe()[1], None, 0, 0)',
    ),
    REFUSED,
  ],
  ['makes a pipe larger', lines('fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)', 'return 2'), REFUSED],
  [
    'takes a lease on a file',
    lines('fcntl.fcntl(os.open(os.__file__, os.O_RDONLY), 1024, 0)', 'return 2'),
    REFUSED,
  ],
  [
    'makes a file of the interpreter unchangeable',
    body(
      ...TOOLS,
      'own = os.open(os.__file__, os.O_RDONLY)',
      'def done(request, value): return libc.ioctl(own, ctypes.c_ulong(request), value) >= 0',
      'return 2 if done(0x40086602, bytes(8)) or done(0x401C5820, bytes(28)) or done(0xC0045878, bytes(8)) else 0',
    ),
    REFUSED,
  ],
  [
    'changes a file of the interpreter through a handle',
    calls(
      'libc.fsetxattr(os.open(os.__file__, os.O_RDONLY), b"user.leti", b"x", 1, 0)',
      'libc.fremovexattr(os.open(os.__file__, os.O_RDONLY), b"user.leti")',
      'libc.fchmod(os.open(os.__file__, os.O_RDONLY), 0o777)',
      'libc.fchown(os.open(os.__file__, os.O_RDONLY), os.getuid(), os.getgid())',
      'libc.futimens(os.open(os.__file__, os.O_RDONLY), None)',
    ),
    REFUSED,
  ],
  [
    'writes through a handle that was opened for reading',
    body(
      'import os',
      'own = os.open(os.__file__, os.O_RDONLY)',
      'os.close(os.open(f"/proc/self/fd/{own}", os.O_WRONLY))',
      'return 2',
    ),
    REFUSED,
  ],
  [
    'maps a file of the interpreter to write into it',
    lines(
      'own = os.open(os.__file__, os.O_RDONLY)',
      'at = mmap.mmap(own, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)',
      'at[0:1] = b"x"',
      'return 2',
    ),
    REFUSED,
  ],
  [
    'calls the kernel as a 32-bit program',
    body(
      ...TOOLS,
      'if arm: return 0',
      'page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)',
      '# mov eax, 2 (fork); int 0x80; ret',
      'page.write(bytes.fromhex("b802000000cd80c3"))',
      'at = ctypes.addressof(ctypes.c_char.from_buffer(page))',
      'child = ctypes.CFUNCTYPE(ctypes.c_int)(at)()',
      'if child == 0: os._exit(0)',
      'return 2',
    ),
    ['crashed', 'failed'],
  ],
  [
    'calls the kernel by the numbers of another table',
    body(...TOOLS, 'if arm: return 0', 'return 0 if call(0x40000000 | 39, 0) < 0 else 2'),
    ['crashed', 'failed'],
  ],
  ['makes every call that the filter does not know', sweep(), REFUSED],
  [
    'measures a process',
    against('call(298, 241, struct.pack("=IIQ", 1, 128, 1) + bytes(112), b["pid"], -1, -1, 0)'),
    REFUSED,
  ],
  [
    'raises what it answers for',
    body('import os', 'open("/proc/self/oom_score_adj", "w").write("-1000")', 'return 2'),
    REFUSED,
  ],
  [
    'names a program for dumps',
    body('open("/proc/sys/kernel/core_pattern", "w").write("|/x")', 'return 2'),
    REFUSED,
  ],
  ['presses a key of the machine', body('open("/proc/sysrq-trigger", "w").write("h")', 'return 2'), REFUSED],
  [
    'changes its control groups',
    body('import os', 'os.makedirs("/sys/fs/cgroup/leti-forged")', 'return 2'),
    REFUSED,
  ],
  [
    'opens devices of the machine',
    body(
      'import os',
      'for name in ("tty", "ptmx", "mem", "kmsg", "port", "fuse", "kvm", "net/tun", "shm/leti", "full", "random"):',
      '    for flags in (os.O_RDWR, os.O_RDONLY, os.O_WRONLY | os.O_CREAT):',
      '        try: os.close(os.open("/dev/" + name, flags))',
      '        except OSError: continue',
      '        return 2',
      'return 0',
    ),
    REFUSED,
  ],
  [
    'feeds the random numbers of the machine',
    body(
      'import fcntl, os',
      'fcntl.ioctl(os.open("/dev/urandom", os.O_RDONLY), 0x40045201, b"\\1\\0\\0\\0")',
      'return 2',
    ),
    REFUSED,
  ],
  [
    'looks into the processes of LeTI',
    body(
      'import os',
      'for pid in (os.getppid(), os.getpid() - 1, os.getpid() + 1, 1):',
      '    for name in ("mem", "maps", "environ", "cmdline", "fd/0", "fd/3", "cwd/x", "root/etc/passwd", "task", "stat", "io", "stack"):',
      '        try: os.close(os.open(f"/proc/{pid}/{name}", os.O_RDONLY))',
      '        except OSError: continue',
      '        return 2',
      'return 0',
    ),
    REFUSED,
  ],
  [
    'looks into the processes of LeTI by way of itself',
    body(
      'import os',
      'for way in ("/proc/self/../", "/proc/thread-self/../../../", "/proc/self/root/proc/", "/proc/self/cwd/../../../proc/"):',
      '    for name in ("mem", "maps", "environ", "fd/0", "fd/3"):',
      '        try: os.close(os.open(f"{way}{os.getppid()}/{name}", os.O_RDONLY))',
      '        except OSError: continue',
      '        return 2',
      'return 0',
    ),
    REFUSED,
  ],
];

/** Makes every call that is not let through, with zeros. */
function sweep(): string {
  return body(
    ...TOOLS,
    `allowed = ${ALLOWED_NUMBERS}`,
    "# On x86-64 these are the kernel's own probes: no filter sees them, and a program that calls them ends.",
    'if not arm: allowed |= {335, 336}',
    'for number in range(600):',
    '    if number not in allowed and not refused(call(number, number, 0, 0, 0, 0, 0, 0)): return 2',
    'return 0',
  );
}
