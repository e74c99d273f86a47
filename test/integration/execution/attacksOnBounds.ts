import { answers, body, frame, type Attack } from './attacks.ts';
import { BYSTANDER } from './attackTools.ts';

/** Programs that send the judge what it should not be able to digest. */
export const ON_THE_PROTOCOL: Attack[] = [
  [
    'answers a number that takes long to read',
    answers(
      '(lambda b: struct.pack(">I", len(b)) + b)(b\'{"changed": [], "value": \' + b"9" * 900000 + b"}")',
    ),
    ['tampered', 'timeout'],
  ],
  [
    'answers keys that all collide',
    answers(
      '(lambda b: struct.pack(">I", len(b)) + b)(json.dumps({"changed": [], "value": ["set", [["int", hex(n * (2**61 - 1))] for n in range(30000)]]}).encode())',
    ),
    ['failed', 'tampered', 'timeout'],
  ],
  [
    'answers lists in lists up to the limit',
    answers(
      '(lambda b: struct.pack(">I", len(b)) + b)(b\'{"changed": [], "value": \' + b\'["list", [\' * 40000 + b"]]" * 40000 + b"}")',
    ),
    ['tampered', 'crashed'],
  ],
  [
    'answers with numbers that are no numbers',
    frame('{"value": Infinity, "changed": [[0, NaN], [-1, 1]]}'),
    ['tampered', 'failed'],
  ],
  ['answers with two values', frame('{"value": 0, "changed": [], "value": ["int", "-0x0"]}'), ['failed']],
  ['answers with a place that is a truth', frame('{"value": 0, "changed": [[true, 1]]}'), ['tampered']],
  [
    'answers with a decimal that fills memory',
    frame('{"value": ["Decimal", "1E+999999999999999999"], "changed": []}'),
    ['failed', 'tampered'],
  ],
  [
    'answers with a fraction by nothing',
    frame('{"value": ["Fraction", "0x1", "0x0"], "changed": []}'),
    ['tampered'],
  ],
  [
    'answers with a range without end',
    frame('{"value": ["range", 0, ["int", "0x7fffffffffffffffff"], 1], "changed": []}'),
    ['failed', 'tampered'],
  ],
  ['answers with an iterator of lies', frame('{"value": ["iterator", 7], "changed": []}'), ['tampered']],
  [
    'answers with a record that equals',
    frame('{"value": ["record", "int", [["__eq__", 1], ["__class__", 2]]], "changed": []}'),
    ['failed', 'tampered'],
  ],
  [
    'answers with a value that claims to be opaque',
    frame('{"value": ["opaque", "int", "2"], "changed": []}'),
    ['failed'],
  ],
  ['answers with a class as its end', frame('{"ended": ["passed"], "diagnostic": null}'), ['tampered']],
  [
    'answers with an end that is not over',
    frame('{"ended": "timeout", "value": 2, "changed": []}'),
    ['timeout'],
  ],
  [
    'raises what the check expects, from another process',
    frame(
      '{"raised": "error", "diagnostic": {"type": "AssertionError", "message": "", "frames": []}, "args": [["opaque", 1]]}',
    ),
    ['error', 'tampered'],
  ],
  [
    'raises what ends the judge',
    frame(
      '{"raised": "error", "diagnostic": {"type": "SystemExit", "message": "", "frames": []}, "args": [0]}',
    ),
    ['error', 'tampered'],
  ],
  [
    'raises what interrupts the judge',
    frame(
      '{"raised": "error", "diagnostic": {"type": "KeyboardInterrupt", "message": "", "frames": []}, "args": []}',
    ),
    ['error', 'tampered'],
  ],
  [
    'raises a private part of Python',
    frame(
      '{"raised": "error", "diagnostic": {"type": "__import__", "message": "", "frames": []}, "args": ["os"]}',
    ),
    ['error', 'tampered'],
  ],
  ['answers a frame of no length', answers('struct.pack(">I", 0)'), ['tampered']],
  [
    'answers a thousand frames at once',
    answers('(struct.pack(">I", 31) + b\'{"value": 0,     "changed": [] }\') * 1000'),
    ['failed', 'tampered'],
  ],
  [
    'returns a string that lies about its class',
    body(
      'class S(str):',
      '    __class__ = int',
      '    def __eq__(self, o): return True',
      '    __hash__ = str.__hash__',
      'return S("2")',
    ),
    ['failed'],
  ],
  [
    'returns a number whose class changes while it crosses',
    body(
      'class M(type):',
      '    def __eq__(cls, other): return True',
      '    __hash__ = type.__hash__',
      '    def __instancecheck__(cls, o): return True',
      'class I(metaclass=M):',
      '    __name__ = "int"',
      '    def __eq__(self, o): return True',
      'return I()',
    ),
    ['failed', 'error'],
  ],
  [
    'returns a list that another thread changes while it crosses',
    body(
      'import threading',
      'v = [0] * 1000',
      'def work():',
      '    while True:',
      '        v.append(v)',
      '        v.clear()',
      'threading.Thread(target=work, daemon=True).start()',
      'return v',
    ),
    ['failed', 'tampered'],
  ],
  [
    'returns a dictionary that another thread changes while it crosses',
    body(
      'import threading',
      'v = {n: n for n in range(10000)}',
      'def work():',
      '    while True: v.clear(); v.update({n: n for n in range(10000)})',
      'threading.Thread(target=work, daemon=True).start()',
      'return v',
    ),
    ['failed', 'tampered', 'error', 'exited_early'],
  ],
  [
    'returns a data class whose fields are in a loop',
    body(
      'import dataclasses',
      '@dataclasses.dataclass',
      'class D:',
      '    of: object = None',
      'd = D()',
      'd.of = [d]',
      'return d',
    ),
    ['failed'],
  ],
  ['returns text that is no text', body('return "\\ud800" * 1000'), ['failed', 'tampered']],
  [
    'reads its own answers and asks itself',
    body(
      'import os, struct',
      'for handle, mode in ((3, os.O_WRONLY), (4, os.O_RDONLY)):',
      '    try: other = os.open(f"/proc/self/fd/{handle}", mode | os.O_NONBLOCK)',
      '    except OSError: continue',
      '    if mode == os.O_WRONLY: os.write(other, struct.pack(">I", 2) + b"{}")',
      'return 0',
    ),
    ['failed', 'tampered'],
  ],
];

const until = (...lines: string[]): string[] => [
  'try:',
  '    while True:',
  ...lines.map((line) => `        ${line}`),
];

/** Programs that take as much as they can get. */
export const ON_BOUNDS: Attack[] = [
  [
    'starts threads with small stacks without end',
    body(
      'import threading, time',
      'threading.stack_size(32768)',
      'while True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()',
    ),
    ['error', 'memory', 'timeout', 'output_limit'],
  ],
  [
    'reserves memory without end',
    body(
      'import mmap',
      'keep = []',
      ...until('keep.append(mmap.mmap(-1, 1 << 26, prot=0))'),
      'except OSError: return 0',
    ),
    ['failed'],
  ],
  [
    'locks memory without end',
    body(
      'import ctypes, mmap',
      'keep = []',
      ...until('keep.append(mmap.mmap(-1, 1 << 24, flags=0x2022 | 0x8000))'),
      'except OSError: return 0',
    ),
    ['failed', 'memory'],
  ],
  [
    'shares memory with nobody without end',
    body(
      'import mmap',
      'keep = []',
      ...until('keep.append(mmap.mmap(-1, 1 << 26))', 'keep[-1][::4096] = b"x" * (1 << 14)'),
      'except OSError: return 0',
    ),
    ['failed', 'memory'],
  ],
  [
    'opens pipes without end and fills them',
    body(
      'import os',
      'keep = []',
      ...until(
        'r, w = os.pipe()',
        'keep.append((r, w))',
        'os.set_blocking(w, False)',
        'os.write(w, b"x" * 65536)',
      ),
      'except OSError: return 2 if len(keep) > 64 else 0',
    ),
    ['failed'],
  ],
  [
    'opens pairs of sockets without end and fills them',
    body(
      'import socket',
      'keep = []',
      ...until(
        'a, b = socket.socketpair()',
        'keep.append((a, b))',
        'a.setblocking(False)',
        'try:',
        '    while True: a.send(b"x" * 65536)',
        'except BlockingIOError: pass',
      ),
      'except OSError: return 2 if len(keep) > 64 else 0',
    ),
    ['failed'],
  ],
  [
    'opens events and polls without end',
    body(
      'import os, select',
      'keep = []',
      ...until('keep.append(select.epoll())'),
      'except OSError: return 2 if len(keep) > 64 else 0',
    ),
    ['failed'],
  ],
  [
    'opens one file without end',
    body(
      'import os',
      'keep = []',
      ...until('keep.append(os.open(os.__file__, os.O_RDONLY))'),
      'except OSError: return 2 if len(keep) > 64 else 0',
    ),
    ['failed'],
  ],
  [
    'fills the disk in a folder below ever more folders',
    body(
      'import os',
      'for _ in range(1000):',
      '    os.mkdir("d" * 10)',
      '    os.chdir("d" * 10)',
      'n = 0',
      'while True:',
      '    n += 1',
      '    with open(str(n), "wb") as file: file.write(b"x" * (4 << 20))',
    ),
    ['error', 'output_limit'],
  ],
  [
    'fills the disk in a folder that only it can find',
    body(
      'import os',
      'os.mkdir("d", 0o300)',
      'n = 0',
      'while True:',
      '    n += 1',
      '    with open(f"d/{n}", "wb") as file: file.write(b"x" * (4 << 20))',
    ),
    ['error', 'output_limit'],
  ],
  [
    'fills the disk in a folder that nobody may enter',
    body(
      'import os',
      'os.mkdir("d")',
      'os.chdir("d")',
      'os.mkdir("e", 0)',
      'n = 0',
      'while True:',
      '    n += 1',
      '    with open(str(n), "wb") as file: file.write(b"x" * (4 << 20))',
    ),
    ['error', 'output_limit'],
  ],
  [
    'reserves the disk without writing',
    body(
      'import os',
      'n = 0',
      'while True:',
      '    n += 1',
      '    os.posix_fallocate(os.open(str(n % 50), os.O_WRONLY | os.O_CREAT), 0, 8 << 20)',
    ),
    ['error', 'output_limit'],
  ],
  [
    'gives one file names without end',
    body(
      'import os',
      'open("f", "w").close()',
      'n = 0',
      'while True:',
      '    n += 1',
      '    os.link("f", str(n))',
    ),
    ['error', 'output_limit', 'timeout'],
  ],
  [
    'makes links without end',
    body('import os', 'n = 0', 'while True:', '    n += 1', '    os.symlink("x" * 4000, str(n))'),
    ['error', 'output_limit', 'timeout'],
  ],
  [
    'makes folders without end',
    body('import os', 'n = 0', 'while True:', '    n += 1', '    os.mkdir(str(n), n % 512)'),
    ['error', 'output_limit', 'timeout'],
  ],
  [
    'leaves folders below ever more folders',
    body('import os', 'for _ in range(1000):', '    os.mkdir("d")', '    os.chdir("d")', 'return 0'),
    ['failed', 'output_limit'],
  ],
  [
    'leaves names that are none',
    body(
      'import os',
      'for name in (b"\\xff\\xfe", b"a\\nb", b"x" * 255, b"-rf", b"*", b" ", b"\\x1b[2J"):',
      '    os.mkdir(name)',
      '    os.symlink(b"/", name + b"l" if len(name) < 250 else b"l")',
      'os.symlink("loop", "loop")',
      'os.mkdir("z", 0)',
      'return 0',
    ),
    ['failed', 'error'],
  ],
  [
    'changes folders into links while LeTI looks at them',
    body(
      'import os',
      `b = ${BYSTANDER}`,
      'os.mkdir("d")',
      'while True:',
      '    os.rename("d", "e")',
      '    os.symlink(b["folder"], "d")',
      '    os.unlink("d")',
      '    os.rename("e", "d")',
    ),
    ['timeout'],
  ],
  [
    'makes folders while they are removed',
    body(
      'import os, threading',
      'def work(n):',
      '    while True:',
      '        try: os.makedirs(f"{n}/a/b/c"); os.removedirs(f"{n}/a/b/c")',
      '        except OSError: pass',
      'for n in range(4): threading.Thread(target=work, args=(n,), daemon=True).start()',
      'return 0',
    ),
    ['failed'],
  ],
  [
    'leaves a link to a folder of others in place of its own',
    body(
      'import os',
      `b = ${BYSTANDER}`,
      'os.symlink(b["folder"], "d")',
      'os.symlink(b["file"], "f")',
      'return 0',
    ),
    ['failed'],
  ],
  [
    'is signalled without end',
    body(
      'import signal',
      'signal.signal(signal.SIGALRM, lambda *a: None)',
      'signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)',
      'while True: pass',
    ),
    ['timeout'],
  ],
];
