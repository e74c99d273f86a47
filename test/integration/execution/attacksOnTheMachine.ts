import { body, type Attack } from './attacks.ts';

/** Programs that try to leave their process and folder. */
export const ESCAPES: Attack[] = [
  [
    'forks without end',
    body('import os', 'while True:', '    try: os.fork()', '    except PermissionError: raise'),
    ['error'],
  ],
  [
    'has the kernel kill its parent',
    body(
      'import fcntl, os',
      'r, w = os.pipe()',
      'fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())',
      'fcntl.fcntl(r, 10, 9)',
      'fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)',
      'os.write(w, b"x")',
    ),
    ['error'],
  ],
  [
    'has the kernel kill its parent by another call',
    body('import fcntl, os, struct', 'fcntl.ioctl(os.pipe()[0], 0x8901, struct.pack("i", os.getppid()))'),
    ['error'],
  ],
  [
    'outlives its parent',
    body('import ctypes', 'return 2 if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0 else 0'),
    ['failed'],
  ],
  [
    'opens itself to others',
    body('import ctypes', 'return 2 if ctypes.CDLL(None).prctl(4, 1, 0, 0, 0) == 0 else 0'),
    ['failed'],
  ],
  ['slows the machine down', body('import os', 'os.setpriority(os.PRIO_USER, 0, 19)'), ['error']],
  [
    'binds its parent to one processor',
    body('import os', 'os.sched_setaffinity(os.getppid(), {0})'),
    ['error'],
  ],
  [
    'traces its parent',
    body('import ctypes, os', 'return 2 if ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0 else 0'),
    ['failed'],
  ],
  [
    'mounts a file system',
    body('import ctypes', 'return 2 if ctypes.CDLL(None).mount(b"x", b".", b"tmpfs", 0, None) == 0 else 0'),
    ['failed'],
  ],
  [
    'sends packets of its own making',
    body('import socket', 'socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'),
    ['error'],
  ],
  ['asks for an address', body('import socket', 'socket.getaddrinfo("localhost.example", 80)'), ['error']],
  ['renames a file of the machine', body('import os', 'os.rename("/etc/hostname", "hostname")'), ['error']],
  ['climbs out of its folder', body('open("../leti-was-here", "w")'), ['error']],
  [
    'changes what a shell starts with',
    body('import os', 'open(os.path.expanduser("~root/.bashrc"), "a").write("echo")'),
    ['error'],
  ],
  [
    'leaves a hook and settings where it was started',
    body(
      'import os',
      'for path in ("/.git/hooks/post-checkout", "/.vscode/settings.json"):',
      '    try: os.makedirs(os.path.dirname(path))',
      '    except OSError: pass',
      '    open(path, "w")',
    ),
    ['error'],
  ],
  [
    'changes times and marks of a file',
    body('import os', 'os.setxattr(os.__file__, "user.x", b"1")', 'os.utime(os.__file__)'),
    ['error'],
  ],
  [
    'gives a file of the machine away',
    body('import os', 'os.chown(os.__file__, os.getuid(), os.getgid())'),
    ['error'],
  ],
  ['empties a file of the machine', body('import os', 'os.truncate(os.__file__, 0)'), ['error']],
  ['forks', body('import os', 'os.fork()', 'return 0'), ['error']],
  [
    'forks behind the library',
    body('import ctypes', 'return 0 if ctypes.CDLL(None).fork() < 0 else 2'),
    ['failed'],
  ],
  [
    'starts threads without end',
    body(
      'import threading, time',
      'while True: threading.Thread(target=time.sleep, args=(9,), daemon=True).start()',
    ),
    ['error', 'memory', 'timeout'],
  ],
  ['starts a program', body('import subprocess', 'subprocess.Popen(["sleep", "99"])', 'return 0'), ['error']],
  [
    'starts a pool',
    body('import multiprocessing', 'return sum(multiprocessing.Pool(2).map(abs, [1]))'),
    ['error', 'timeout'],
  ],
  ['replaces itself', body('import os', 'os.execv("/bin/true", ["true"])'), ['error']],
  ['kills everything', body('import os', 'os.kill(-1, 9)'), ['error']],
  ['kills its parent', body('import os', 'os.kill(os.getppid(), 9)'), ['error']],
  ['kills the judge', body('import os', 'os.kill(os.getpid() + 1, 9)'), ['error']],
  ['kills its group', body('import os', 'os.killpg(0, 9)'), ['error']],
  [
    'raises its limits',
    body('import resource', 'resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))'),
    ['error'],
  ],
  [
    'opens a connection',
    body('import socket', 'socket.create_connection(("127.0.0.1", 80), 0.5)'),
    ['error'],
  ],
  ['sends a packet', body('import socket', 'socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)'), ['error']],
  ['talks to a service of the machine', body('import socket', 'socket.socket(socket.AF_UNIX)'), ['error']],
  [
    'fetches a page',
    body('import urllib.request', 'urllib.request.urlopen("http://169.254.169.254/", timeout=0.5)'),
    ['error'],
  ],
  [
    'lists the home folder',
    body('import os', 'return len(os.listdir(os.path.expanduser("~root")))'),
    ['error'],
  ],
  ['reads the accounts', body('return len(open("/etc/shadow").read())'), ['error']],
  ['writes to the temporary folder of all', body('open("/tmp/leti-was-here", "w")'), ['error']],
  [
    'writes through a link',
    body('import os', 'os.symlink("/tmp", "l")', 'open("l/leti-was-here", "w")'),
    ['error'],
  ],
  [
    'links a file of the machine into its folder',
    body('import os', 'os.link("/etc/passwd", "p")'),
    ['error'],
  ],
  ['changes modes outside', body('import os', 'os.chmod("/tmp", 0)'), ['error']],
  [
    'deletes everything',
    body('import shutil', 'shutil.rmtree("/", ignore_errors=True)', 'return 0'),
    ['failed', 'error'],
  ],
  [
    'deletes its own folder',
    body('import os, shutil', 'shutil.rmtree(os.getcwd())', 'return 0'),
    ['failed', 'error'],
  ],
  [
    'makes its folder unreadable',
    body('import os', 'os.mkdir("d")', 'open("d/f", "w").close()', 'os.chmod("d", 0)', 'return 0'),
    ['error', 'failed'],
  ],
  [
    'writes a large file',
    body('with open("big", "wb") as file:', '    while True: file.write(b"x" * (1 << 20))'),
    ['error', 'crashed', 'exited_early'],
  ],
  [
    'fills the disk with files',
    body(
      'n = 0',
      'while True:',
      '    n += 1',
      '    with open(str(n), "wb") as file: file.write(b"x" * (4 << 20))',
    ),
    ['error', 'output_limit'],
  ],
  [
    'fills the disk with empty files',
    body('n = 0', 'while True:', '    n += 1', '    open(f"d{n}", "w").close()'),
    ['error', 'output_limit', 'timeout'],
  ],
  [
    'makes a file that is longer than the disk',
    body('open("f", "wb").truncate(1 << 50)'),
    ['error', 'crashed', 'exited_early'],
  ],
  [
    'waits for a pipe that nobody opens',
    body('import os', 'os.mkfifo("p")', 'open("p").read()'),
    ['timeout', 'error'],
  ],
  [
    'asks the kernel for what few need',
    body(
      'import ctypes',
      'libc = ctypes.CDLL(None)',
      '# add_key, io_uring_setup, bpf, userfaultfd, perf_event_open, process_vm_readv',
      'calls = [248, 425, 321, 323, 298, 310]',
      'return 2 if any(libc.syscall(n, 0, 0, 0, 0, 0) >= 0 for n in calls) else 0',
    ),
    ['failed'],
  ],
  ['opens a comic', body('import antigravity', 'return 0'), ['failed', 'error']],
  [
    'writes many files',
    body('for n in range(3000): open(str(n), "w").close()', 'return 0'),
    ['failed', 'timeout'],
  ],
  [
    'leaves modules behind for the next',
    body(
      'for name in ("json.py", "random.py", "sitecustomize.py", "conftest.py", "x.pth"):',
      '    open(name, "w").write("raise SystemExit(0)")',
      'return 0',
    ),
    ['failed'],
  ],
  [
    'makes a device of a disk',
    body('import os, stat', 'os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0))'),
    ['error'],
  ],
  [
    'makes a device by another call',
    body('import ctypes', 'return 2 if ctypes.CDLL(None).mknodat(-100, b"null", 0o20600, 0x103) == 0 else 0'),
    ['failed'],
  ],
  [
    'leaves memory behind that outlives it',
    body('import ctypes', 'return 0 if ctypes.CDLL(None).shmget(0x1e71, 4096, 0o1600) < 0 else 2'),
    ['failed'],
  ],
  [
    "reads the kernel's log",
    body(
      'import ctypes',
      'return 0 if ctypes.CDLL(None).klogctl(3, ctypes.create_string_buffer(99), 99) < 0 else 2',
    ),
    ['failed'],
  ],
  [
    'takes back what root may do',
    body(
      'import ctypes, struct',
      'libc = ctypes.CDLL(None)',
      'sets = struct.pack("=6I", 0xffffffff, 0xffffffff, 0, 0, 0, 0)',
      'return 0 if libc.capset(struct.pack("=Ii", 0x20080522, 0), sets) < 0 else 2',
    ),
    ['failed'],
  ],
  ['becomes another user', body('import os', 'os.setuid(12345)'), ['error']],
  [
    'leaves its namespace',
    body('import ctypes', 'return 0 if ctypes.CDLL(None).unshare(0x10000000) < 0 else 2'),
    ['failed'],
  ],
  [
    'opens a web browser',
    body('import webbrowser', 'return 2 if webbrowser.open("http://localhost") else 0'),
    ['failed', 'error'],
  ],
];
