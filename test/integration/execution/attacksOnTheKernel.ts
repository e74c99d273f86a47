import { body, type Attack } from './attacks.ts';
import { TOOLS, ALLOWED_NUMBERS, against, calls, lines, REFUSED } from './attackTools.ts';

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
