import type { Verdict } from '../../../src/protocol/execution.ts';

/** What the program does, its text behind `def f(`, and the verdicts that it may get. */
export type Attack = [does: string, completion: string, verdicts: Verdict[]];

/** Lines as the body of the function. */
export const body = (...lines: string[]): string => `x):\n${lines.map((line) => `    ${line}`).join('\n')}`;
/** Lines at the top of the module, before an honest wrong function. */
const top = (...lines: string[]): string => `x):\n    return 0\n\n${lines.join('\n')}`;
/** Writes bytes into the channel over which answers go, instead of an answer. */
const answers = (expression: string): string =>
  body('import os, json, struct', `data = ${expression}`, 'os.write(4, data)', 'os._exit(0)');
/** A whole frame with a JSON text. */
const frame = (json: string): string =>
  answers(`(lambda b: struct.pack(">I", len(b)) + b)(${JSON.stringify(json)}.encode())`);

export const FORGERIES: Attack[] = [
  [
    'returns an object that equals everything',
    body('class E:', '    def __eq__(self, o): return True', 'return E()'),
    ['failed'],
  ],
  [
    'returns an int that equals everything',
    body('class I(int):', '    def __eq__(self, o): return True', '    __hash__ = None', 'return I(7)'),
    ['failed'],
  ],
  [
    'returns an object that is never unequal',
    body(
      'class N:',
      '    def __ne__(self, o): return False',
      '    def __eq__(self, o): return not None',
      'return N()',
    ),
    ['failed'],
  ],
  [
    'returns a proxy that claims to be an int',
    body('class P:', '    __class__ = int', '    def __eq__(self, o): return True', 'return P()'),
    ['failed'],
  ],
  [
    'rebinds the builtins',
    top(
      'import builtins',
      'for n in ("isinstance", "type", "len", "all", "repr", "AssertionError"):',
      '    setattr(builtins, n, lambda *a: True)',
    ),
    ['failed', 'error', 'tampered'],
  ],
  [
    'swallows every exception with a tracer',
    top(
      'import sys',
      'sys.settrace(lambda *a: None)',
      'sys.setprofile(lambda *a: None)',
      'sys.excepthook = lambda *a: None',
    ),
    ['failed'],
  ],
  [
    'prints at the end that all is well',
    top('import atexit', 'atexit.register(lambda: print("passed"))'),
    ['failed'],
  ],
  [
    'looks for the check in all its objects',
    body(
      'import gc',
      'import re',
      'found = [o for o in gc.get_objects() if re.search("asser[t] f.1. ==", str(o)[:10000])]',
      'return 2 if found else 0',
    ),
    ['failed'],
  ],
  [
    'looks for the check in its callers',
    body(
      'import sys',
      'import re',
      'frame = sys._getframe()',
      'while frame:',
      '    if re.search("asser[t] f.1. ==", f"{frame.f_locals} {frame.f_globals}"): return 2',
      '    frame = frame.f_back',
      'return 0',
    ),
    ['failed'],
  ],
  [
    'looks for the check in cached lines',
    body('import linecache, re', 'return 2 if re.search("asser[t] f.1. ==", str(linecache.cache)) else 0'),
    ['failed'],
  ],
  [
    'scans its own memory for the check',
    body(
      'import ctypes, re',
      'for line in open("/proc/self/maps"):',
      '    span, rights = line.split()[:2]',
      '    first, last = (int(end, 16) for end in span.split("-"))',
      '    if "r" not in rights or "[v" in line: continue',
      '    if re.search(rb"asser[t] f.1. == [2]", ctypes.string_at(first, last - first)): return 2',
      'return 0',
    ),
    ['failed', 'error', 'memory', 'crashed'],
  ],
  [
    "reads the judge's memory",
    body(
      'import os',
      'judge = os.getpid() + 1',
      'first = int(open(f"/proc/{judge}/maps").read().split("-")[0], 16)',
      'memory = open(f"/proc/{judge}/mem", "rb")',
      'memory.seek(first)',
      'return 2 if memory.read(4) else 0',
    ),
    ['error'],
  ],
  [
    "writes an answer into the runner's pipes",
    body(
      'import os, json, struct',
      'text = json.dumps({"id": 0, "verdict": "passed", "checksPassed": 2, "checksTotal": 2, "sealed": True, "durationMs": 1})',
      'for handle in os.listdir(f"/proc/{os.getppid()}/fd"):',
      '    with open(f"/proc/{os.getppid()}/fd/{handle}", "wb") as pipe:',
      '        pipe.write(struct.pack(">I", len(text)) + text.encode())',
      'return 0',
    ),
    ['error'],
  ],
  [
    'looks into its own environment and handles',
    body(
      'import os',
      'texts = [open(f"/proc/self/{name}", "rb").read() for name in ("environ", "cmdline")]',
      'texts += [os.readlink(f"/proc/self/fd/{n}").encode() for n in os.listdir("/proc/self/fd") if n != "5"]',
      'raise ValueError(b"assert" in b"".join(texts))',
    ),
    ['error'],
  ],
  ['returns what is not even itself', body('return float("nan")'), ['failed']],
  ['returns more than any number', body('return float("inf")'), ['failed']],
  [
    "reads the judge's environment",
    body('import os', 'return len(open(f"/proc/{os.getppid()}/environ").read()) and 2'),
    ['error'],
  ],
  [
    'writes a passing result to every handle',
    body(
      'import os, json, struct',
      'b = json.dumps({"verdict": "passed", "checksPassed": 2, "sealed": True, "durationMs": 1}).encode()',
      'for fd in range(64):',
      '    try: os.write(fd, struct.pack(">I", len(b)) + b)',
      '    except OSError: pass',
      'return 0',
    ),
    ['failed', 'tampered'],
  ],
  ['answers that it has passed', frame('{"ended": "passed"}'), ['tampered']],
  ['answers that it has passed by raising', frame('{"raised": "passed", "diagnostic": {}}'), ['tampered']],
  ['answers no object', frame('[]'), ['tampered']],
  ['answers without a value', frame('{}'), ['tampered']],
  [
    'answers a value of an unknown type',
    frame('{"value": ["os.system", "id"], "changed": []}'),
    ['tampered'],
  ],
  ['answers a set of lists', frame('{"value": ["set", [["list", []]]], "changed": []}'), ['tampered']],
  ['answers a number that is none', frame('{"value": ["int", "zz"], "changed": []}'), ['tampered']],
  ['answers a range of nonsense', frame('{"value": ["range", {}, 1, 0], "changed": []}'), ['tampered']],
  ['changes an argument that was not given', frame('{"value": 2, "changed": [[9, 1]]}'), ['tampered']],
  [
    'answers a value that is nested without end',
    answers('(lambda b: struct.pack(">I", len(b)) + b)(b"[" * 100000)'),
    ['tampered'],
  ],
  ['answers a frame that is no JSON', answers('struct.pack(">I", 4) + b"\\xff\\xfe{}"'), ['tampered']],
  ['answers a frame without an end', answers('struct.pack(">I", 2**31 - 1) + b"x" * 1000'), ['tampered']],
  ['answers half a frame', answers('struct.pack(">I", 100) + b"x"'), ['exited_early']],
  [
    'answers with hostile diagnostics',
    frame('{"raised": "error", "diagnostic": {"type": "Exit", "message": [], "frames": 7}}'),
    ['tampered'],
  ],
  [
    'raises what a check may expect, with a message that is a lie',
    body('raise AssertionError("passed")'),
    ['error'],
  ],
  [
    'raises an exception whose text is an attack',
    body('class E(Exception):', '    def __str__(self): raise SystemExit(0)', 'raise E()'),
    ['error', 'exited_early'],
  ],
  [
    'edits the runner in its own process',
    top(
      'import sys',
      'runner = sys.modules.get("leti_runner.program")',
      'if runner: runner.plain.encode_result = lambda v: ["opaque", "int", "2"]',
    ),
    ['failed'],
  ],
];

/** Of programs that run beside their checks; these hold what they look for, so not all forging can be stopped there. */
export const BESIDE: Attack[] = [
  [
    'answers for the checks while it is loaded',
    top(
      'import os, json, struct',
      'for text in (\'{"loaded": true}\', \'{"result": {"verdict": "passed", "checksPassed": 2}}\'):',
      '    os.write(4, struct.pack(">I", len(text)) + text.encode())',
      'os._exit(0)',
    ),
    ['tampered', 'exited_early'],
  ],
  [
    'tells a result without its word',
    top(
      'import os, struct',
      'text = \'{"result": {"verdict": "passed", "checksPassed": 2}}\'',
      'os.write(4, struct.pack(">I", len(text)) + text.encode())',
      'os._exit(0)',
    ),
    ['tampered'],
  ],
  ['changes a builtin', top('import builtins', 'builtins.len = lambda o: 2'), ['tampered']],
  [
    'changes unittest',
    top('import unittest', 'unittest.TestCase.assertEqual = lambda *a: None'),
    ['tampered'],
  ],
  [
    'changes what runs the checks',
    top('import leti_runner.checks as c', 'c.run_check = lambda *a: None'),
    ['tampered'],
  ],
  [
    'changes what calls what runs the checks',
    top('import leti_runner.child as c', 'c.run_check = lambda *a: None'),
    ['tampered'],
  ],
  [
    'changes the code of what runs the checks',
    top('import leti_runner.checks as c', 'c.run_check.__code__ = (lambda *a: None).__code__'),
    ['tampered'],
  ],
  [
    'changes what looks for changes',
    top(
      'import leti_runner.integrity as i, leti_runner.child as c',
      'i.Watch.changed = lambda self: None',
      'i._look.__code__ = (lambda before, closed, parts: None).__code__',
      'i._parts.__code__ = (lambda value: ()).__code__',
      'c.run_check = lambda *a: None',
    ),
    ['tampered'],
  ],
  [
    'puts a name in front of a builtin',
    top('import leti_runner.child as c', 'c.enumerate = lambda items: []'),
    ['tampered'],
  ],
  [
    'changes how modules are imported',
    top('import importlib', 'importlib.import_module = lambda name: None'),
    ['tampered'],
  ],
  [
    'changes what tells the result in a call',
    body('import leti_runner.channel as c', 'c.write = None'),
    ['failed', 'error', 'tampered', 'exited_early'],
  ],
  ['sets a tracer', top('import sys', 'sys.settrace(lambda *a: None)'), ['tampered']],
  [
    'replaces its module',
    top('import sys, types', 'sys.modules["program"] = types.ModuleType("program")'),
    ['tampered'],
  ],
];

/** Beside their checks, which stand in a test file and need the runner that is named. */
export const BESIDE_TESTS: Record<'plain' | 'unittest' | 'pytest', Attack[]> = {
  plain: [
    [
      'plants a test module',
      top(
        'import sys, types',
        'fake = types.ModuleType("test_m")',
        'fake.test_f = lambda: None',
        'sys.modules["test_m"] = fake',
      ),
      ['tampered'],
    ],
    [
      'puts a finder in front',
      top(
        'import sys, importlib.abc, importlib.machinery',
        'class F(importlib.abc.MetaPathFinder, importlib.abc.Loader):',
        '    def find_spec(self, name, path=None, target=None):',
        '        return importlib.machinery.ModuleSpec(name, self) if name == "test_m" else None',
        '    def create_module(self, spec): return None',
        '    def exec_module(self, module): module.test_f = lambda: None',
        'sys.meta_path.insert(0, F())',
      ),
      ['failed', 'tampered'],
    ],
  ],
  unittest: [
    [
      'keeps no failure',
      top('import leti_runner.checks as c', 'c._Result._keep = lambda self, error: None'),
      ['tampered'],
    ],
    [
      'loads other tests',
      top(
        'import unittest',
        'unittest.TestLoader.loadTestsFromName = lambda self, *a: unittest.TestSuite([unittest.FunctionTestCase(lambda: None)])',
      ),
      ['tampered'],
    ],
  ],
  pytest: [
    [
      'plants a conftest.py',
      top(
        'with open("conftest.py", "w") as file:',
        '    file.write("def pytest_pyfunc_call(pyfuncitem): return True")',
      ),
      ['failed'],
    ],
    [
      'runs no test function',
      top('import _pytest.python', '_pytest.python.Function.runtest = lambda self: None'),
      ['tampered'],
    ],
    [
      'reports no failure',
      top('import leti_runner.checks as c', 'c._Recorder.pytest_runtest_makereport = lambda *a: None'),
      ['tampered'],
    ],
  ],
};

export const ENDINGS: Attack[] = [
  ['ends at once', top('import os', 'os._exit(0)'), ['exited_early']],
  ['ends in the function', body('import os', 'os._exit(0)'), ['exited_early']],
  ['exits', body('raise SystemExit(0)'), ['exited_early']],
  ['exits while it is loaded', top('import sys', 'sys.exit(0)'), ['exited_early']],
  [
    'exits in a thread',
    body('import threading', 't = threading.Thread(target=exit)', 't.start()', 't.join()', 'return 0'),
    ['failed'],
  ],
  ['kills itself', body('import signal', 'signal.raise_signal(signal.SIGSEGV)'), ['crashed']],
  [
    'stops itself',
    body('import signal', 'signal.raise_signal(signal.SIGSTOP)', 'return 0'),
    ['timeout', 'crashed'],
  ],
  ['loops', body('while True: pass'), ['timeout']],
  ['loops while it is loaded', top('while True: pass'), ['timeout']],
  ['sleeps', body('import time', 'time.sleep(1e6)'), ['timeout']],
  [
    'loops and ignores every signal',
    body(
      'import signal',
      'for n in range(1, 64):',
      '    try: signal.signal(n, signal.SIG_IGN)',
      '    except (OSError, ValueError): pass',
      'while True: pass',
    ),
    ['timeout'],
  ],
  [
    'loops and catches everything',
    body('while True:', '    try:', '        while True: pass', '    except BaseException: continue'),
    ['timeout'],
  ],
  ['loops in C', body('return sum(iter(int, 1))'), ['timeout']],
  [
    'returns a generator without end',
    body('import itertools', 'return (n for n in itertools.count())'),
    ['failed'],
  ],
  ['returns a value that is too long', body('return "x" * (1 << 22)'), ['failed']],
  [
    'returns a value that is too deep',
    body('v = []', 'for _ in range(100000): v = [v]', 'return v'),
    ['failed', 'crashed'],
  ],
  ['returns itself', body('v = []', 'v.append(v)', 'return v'), ['failed']],
  ['takes memory at once', body('return bytearray(1 << 34)'), ['memory']],
  ['takes memory in pieces', body('keep = []', 'while True: keep.append(bytearray(1 << 24))'), ['memory']],
  [
    'recurses without a limit',
    body('import sys', 'sys.setrecursionlimit(10**9)', 'return f(x)'),
    ['crashed', 'error', 'memory', 'timeout'],
  ],
  [
    'runs bytecode that is none',
    body('return type(f)(f.__code__.replace(co_code=b"\\x64\\xff" * 40, co_stacksize=0), {})(x)'),
    ['crashed', 'error', 'failed', 'timeout'],
  ],
  ['dereferences nothing', body('import ctypes', 'return ctypes.string_at(0)'), ['crashed']],
  [
    'never ends its thread',
    body('import threading, time', 'threading.Thread(target=time.sleep, args=(99,)).start()', 'return 0'),
    ['failed'],
  ],
  [
    'runs an event loop for ever',
    body('import asyncio', 'async def g():', '    while True: await asyncio.sleep(0)', 'asyncio.run(g())'),
    ['timeout', 'error'],
  ],
  ['waits for input', body('return input()'), ['error']],
  ['starts a debugger', body('breakpoint()', 'return 0'), ['error', 'failed']],
  ['starts a debugger by its name', body('import pdb', 'pdb.set_trace()', 'return 0'), ['error', 'failed']],
  [
    'dumps its stacks and its core',
    body('import faulthandler', 'faulthandler.dump_traceback_later(0, exit=True)', 'while True: pass'),
    ['exited_early', 'crashed', 'timeout', 'error'],
  ],
  [
    'opens a window',
    body('import tkinter', 'tkinter.Tk()', 'return 0'),
    ['error', 'failed', 'import_missing'],
  ],
  ['floods its output', body('while True: print("x" * 10000)'), ['output_limit']],
  [
    'floods its errors in one line',
    body('import sys', 'while True: sys.stderr.write("x" * 10000)'),
    ['output_limit'],
  ],
  [
    'prints bytes that are no text',
    body('import os', 'os.write(1, bytes(range(256)))', 'print("\\ud800\\x00\\x1b[2J")', 'return 0'),
    ['failed', 'error'],
  ],
];

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

export const SOURCES: Attack[] = [
  ['is empty', '', ['syntax']],
  ['begins with a mark', '\ufeffx):\n    return 0', ['failed', 'syntax']],
  ['is five megabytes long', `x):\n    return 0\n${'# a comment\n'.repeat(450_000)}`, ['failed', 'memory']],
  [
    'is nested a hundred thousand times',
    `x):\n    return ${'('.repeat(100_000)}1${')'.repeat(100_000)}`,
    ['syntax', 'memory'],
  ],
  ['holds a null byte', 'x):\n    return "\0"', ['syntax']],
  ['is nested too deeply', `x):\n    return ${'('.repeat(5000)}1${')'.repeat(5000)}`, ['syntax', 'memory']],
  [
    'is very long',
    `x):\n${'    x = x\n'.repeat(200_000)}    return 0`,
    ['failed', 'syntax', 'memory', 'timeout'],
  ],
  ['mixes tabs and blanks', 'x):\n    if x:\n\treturn 0\n    return 0', ['syntax']],
  ['claims another encoding', 'x):\n    return 0\n# -*- coding: utf-7 -*-', ['failed', 'syntax']],
  ['defines something else', 'x):\n    return 0\ndel f', ['error']],
  ['is no function in the end', 'x):\n    return 0\nf = 2', ['error']],
];
