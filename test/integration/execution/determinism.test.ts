import assert from 'node:assert/strict';
import { renderFeedback } from '../../../src/core/text/feedback.ts';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS, Tier } from '../../../src/protocol/execution.ts';
import { startTestExecutor } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';
import { body } from './attacks.ts';

/** Programs whose values are the machine's or the run's own, and what of them may be told. */
const PROGRAMS: [does: string, completion: string, told: RegExp][] = [
  ['returns an object', body('return object()'), /^got: <object object>$/m],
  ['returns objects in a dict', body('return {object(): len, "b": {3, 1, 2}}'), /^got: .*object object/m],
  [
    'raises with a function',
    body('import random, time', 'raise ValueError(f)'),
    /^ValueError: <function f>$/m,
  ],
  ['returns its folder', body('import os', 'return os.getcwd()'), /^got: '\.'$/m],
  ['returns a path in it', body('import os', 'return os.path.abspath("a/b")'), /^got: 'a\/b'$/m],
  [
    'opens a file that is not there',
    body('import os', 'return open(os.path.abspath("data.txt"))'),
    /^FileNotFoundError: \[Errno 2\] No such file or directory: 'data.txt'$/m,
  ],
  [
    'returns a temporary file',
    body('import tempfile', 'name = tempfile.mkdtemp()', 'return name'),
    /^got: 'tmp'$/m,
  ],
  ['returns a module', body('import json', 'return json'), /^got: <module 'json'>$/m],
  [
    'returns where the library lies',
    body('import json', 'return json.__file__'),
    /^got: 'json\/__init__.py'$/m,
  ],
  ['returns the library', body('import os', 'return os.path.dirname(os.__file__)'), /^got: '<python>'$/m],
  [
    'keeps its folder in a name',
    body('import os', 'here = os.getcwd()', 'return missing'),
    /^where x = 1, here = '\.'$/m,
  ],
  ['returns an address', body('return id(object())'), /^got: <address>$/m],
  [
    'returns an address in base 16',
    body('return [hex(id([])), hex(0xfedcba98)]'),
    /^got: \['<address>', '0xfedcba98'\]$/m,
  ],
  [
    'returns a hash of an object',
    body('return {"hash": hash(object()), "n": 10 ** 14}'),
    /^got: \{'hash': <address>, 'n': 100000000000000\}$/m,
  ],
  [
    'returns hashes of texts',
    body('return [hash("a"), list({"b", "a", "é"}), {("a",), ("b",)}]'),
    /^got: \[/m,
  ],
  ['returns sets in their order', body('return [s for s in {"one", "two", "three"}]'), /^got: \[/m],
  [
    'draws numbers',
    body('import random', 'return [random.random(), random.sample(range(99), 3)]'),
    /^got: \[0\./m,
  ],
  [
    'recurses without end',
    body('return f(x + 1)'),
    /^RecursionError: maximum recursion depth exceeded\ncheck: .*\nline 2, in f: return f\(x \+ 1\)\n0 of/,
  ],
  [
    'recurses through others',
    'x):\n    return g(x)\n\ndef leaf(x):\n    return x < 0\n\ndef g(x):\n    return leaf(x) or h(x + 1)\n\ndef h(x):\n    return leaf(x) or g(x)',
    /exceeded\ncheck: .*\nline 2, in f: .*\nline 8, in g: .*\nline 11, in h: .*\n0 of/,
  ],
  [
    'takes memory until there is none',
    body('keep = []', 'while True:', '    keep.append(bytearray(1 << 26))'),
    /^MemoryError: .*\ncheck: .*\nline 4, in f: keep.append\(bytearray\(1 << 26\)\)\n0 of/,
  ],
];

/** Programs that do not end, and the last line that is told of each. */
const HANGING: [does: string, completion: string, told: RegExp][] = [
  ['loops', body('while True:', '    x += 1', '    x -= 1'), /^line 2, in f: while True:$/m],
  [
    'loops in a loop',
    body('for n in range(3):', '    while x:', '        x += 1', '        x += 2'),
    /^line 3, in f: while x:$/m,
  ],
  [
    'has a quick loop in an endless one',
    body('while True:', '    for n in range(9):', '        x += n', '    x = 1'),
    /^line 2, in f: while True:$/m,
  ],
  [
    'calls others from a loop',
    'x):\n    while True:\n        x = g(x)\n\ndef g(x):\n    for n in range(9):\n        x += n\n    return x',
    /^line 2, in f: while True:$/m,
  ],
  [
    'hangs in a function that it calls from a loop',
    'x):\n    for n in range(3):\n        g(x)\n\ndef g(x):\n    while True:\n        x += 1',
    /^line 3, in f: g\(x\)\nline 6, in g: while True:$/m,
  ],
  ['waits', body('import time', 'time.sleep(0.1)', 'time.sleep(99)'), /^line 4, in f: time.sleep\(99\)$/m],
  [
    'takes too long a way',
    'x):\n    return fib(40 + x)\n\ndef fib(n):\n    if n < 2:\n        return n\n    left = fib(n - 1)\n    return left + fib(n - 2)',
    /^line 2, in f: return fib\(40 \+ x\)\nline 7, in fib: left = fib\(n - 1\)$/m,
  ],
  [
    'never leaves a comprehension',
    body('import itertools', 'return [', '    n', '    for n in itertools.count()', '    if n < 0', ']'),
    /^line 3, in (f|<listcomp>): return \[$/m,
  ],
];

/** For programs that end by themselves. Taking all this memory can take seconds on a busy machine. */
const GENEROUS = { ...DEFAULT_LIMITS, wallSeconds: 30, cpuSeconds: 30, memoryBytes: 256 << 20 };
/** A program that has less processor time than this is tried again: it may not have reached its loop. */
const SHORT = { ...DEFAULT_LIMITS, wallSeconds: 0.8, fairSeconds: 0.05 };
/** One that waits never has so much, and is not tried again. */
const SHORT_WAIT = { ...SHORT, fairSeconds: 0.001 };

const STRONGEST = Tier.options.at(-1)!;

describe('feedback, twice and on two machines', function () {
  this.timeout(120_000);
  const executors: Executor[] = [];
  let jobs = 0;

  before(async () => {
    // Two zygotes differ in addresses, and tiers in the folder.
    for (const tier of [...Tier.options, STRONGEST])
      executors.push(await startTestExecutor(1, { most: tier }));
  });

  after(async () => {
    await Promise.all(executors.map((executor) => executor.close()));
  });

  for (const [does, completion, told] of PROGRAMS) {
    it(`is the same for a program that ${does}`, async () => {
      for (const sealable of [true, false]) {
        const task = bareTask({
          checks: ['assert f(1) == 2', 'assert f(20) == 3'].map((source) => ({ kind: 'statements', source })),
          sealable,
        });
        const program = assembleProgram(task, completion);
        const texts = new Set<string>();
        const runOn = async (executor: Executor): Promise<void> => {
          const job = executionJob(task, program, jobs++, GENEROUS);
          texts.add(renderFeedback(program, await executor.execute(job), () => 0));
        };
        // With the checks in the program's process the weakest and the strongest tier are enough.
        const some = sealable ? executors : [executors[0]!, executors.at(-1)!];
        await Promise.all(some.map(runOn));
        // The last one runs it twice: a process may differ from the one before it.
        await runOn(executors.at(-1)!);
        assert.equal(texts.size, 1, [...texts].join('\n---\n'));
        assert.match([...texts][0] ?? '', told);
        assert.doesNotMatch([...texts][0] ?? '', /0x[0-9a-f]{10}|\/tmp|\/home|\/root|\/scratch/);
      }
    });
  }

  for (const [does, completion, told] of HANGING) {
    it(`is the same for a program that ${does}`, async () => {
      for (const sealable of [true, false]) {
        const task = bareTask({ sealable });
        const program = assembleProgram(task, completion);
        const feedbackFrom = async (executor: Executor): Promise<string> => {
          const job = executionJob(task, program, jobs++, does === 'waits' ? SHORT_WAIT : SHORT);
          return renderFeedback(program, await executor.execute(job), () => 0);
        };
        const texts = await Promise.all(executors.map(feedbackFrom));
        assert.equal(new Set(texts).size, 1, texts.join('\n---\n'));
        assert.match(texts[0] ?? '', told);
        assert.doesNotMatch(texts[0] ?? '', /where/);
      }
    });
  }
});
