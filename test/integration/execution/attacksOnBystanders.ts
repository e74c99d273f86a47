import type { Attack } from './attacks.ts';
import { against, lines, REFUSED } from './attackTools.ts';

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
