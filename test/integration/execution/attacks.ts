import type { Verdict } from '../../../src/protocol/execution.ts';

/** What the program does, its text behind `def f(`, and the verdicts that it may get. */
export type Attack = [does: string, completion: string, verdicts: Verdict[]];

/** Lines as the body of the function. */
export const body = (...lines: string[]): string => `x):\n${lines.map((line) => `    ${line}`).join('\n')}`;
/** Lines at the top of the module, before an honest wrong function. */
export const top = (...lines: string[]): string => `x):\n    return 0\n\n${lines.join('\n')}`;
/** Writes bytes into the channel over which answers go, instead of an answer. */
export const answers = (expression: string): string =>
  body('import os, json, struct', `data = ${expression}`, 'os.write(4, data)', 'os._exit(0)');
/** A whole frame with a JSON text. */
export const frame = (json: string): string =>
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
      'runner = sys.modules.get("leti_runner.program.program")',
      'runner.plain_data.encode_result = lambda v: ["opaque", "int", "2"]',
    ),
    ['failed'],
  ],
];

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
