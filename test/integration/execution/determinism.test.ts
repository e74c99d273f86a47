import assert from 'node:assert/strict';
import { renderFeedback } from '../../../src/core/feedback.ts';
import { assembleProgram, executionJob } from '../../../src/core/program.ts';
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
];

describe('feedback, twice and on two machines', function () {
  this.timeout(120_000);
  const executors: Executor[] = [];
  let jobs = 0;

  before(async () => {
    // Two zygotes a tier differ in addresses, and tiers in the folder.
    for (const tier of [...Tier.options, ...Tier.options]) executors.push(await startTestExecutor(1, tier));
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
        for (const executor of [...executors, ...executors]) {
          const job = executionJob(task, program, jobs++, {
            ...DEFAULT_LIMITS,
            wallSeconds: 1,
            cpuSeconds: 2,
          });
          texts.add(renderFeedback(program, await executor.execute(job), () => 0));
        }
        assert.equal(texts.size, 1, [...texts].join('\n---\n'));
        assert.match([...texts][0] ?? '', told);
        assert.doesNotMatch([...texts][0] ?? '', /0x[0-9a-f]{10}|\/tmp|\/home|\/root|\/scratch/);
      }
    });
  }
});
