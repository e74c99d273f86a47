import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { renderFeedback } from '../../../src/core/text/feedback.ts';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import { startExecutor, type Executor } from '../../../src/execution/executor.ts';
import { findWorkspaceInterpreter } from '../../../src/execution/interpreter.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import { DEFAULT_LIMITS, type ExecutionResult, type Verdict } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { looseInterpreter, startTestExecutor, testInterpreter } from '../../support/executor.ts';
import { childrenOf, commandOf, descendants } from '../../support/processes.ts';
import { bareTask } from '../../support/tasks.ts';

const LIMITS = { ...DEFAULT_LIMITS, wallSeconds: 2, cpuSeconds: 2, memoryBytes: 512 << 20 };
/** For programs that end by themselves, however slow the machine is. */
const PATIENT = { ...LIMITS, wallSeconds: 30, cpuSeconds: 30 };
const words = (text: string): number => text.split(/\s+/).length;

/** A program (the rest of `def f(`), and what is to be said of it. */
type Case = [name: string, completion: string, verdict: Verdict, feedback: string];

const CASES: Case[] = [
  ['is right', 'x):\n    return x + 1', 'passed', ''],
  [
    'gives a wrong value',
    'x):\n    return x',
    'failed',
    'AssertionError\ncheck: assert f(1) == 2\ngot: 1\nexpected: 2\n0 of 2 checks passed',
  ],
  [
    'gets only the second check right',
    'x):\n    return 3',
    'failed',
    'AssertionError\ncheck: assert f(1) == 2\ngot: 3\nexpected: 2\n1 of 2 checks passed',
  ],
  [
    'gets one check right',
    'x):\n    return 2',
    'failed',
    'AssertionError\ncheck: assert f(2) == 3\ngot: 2\nexpected: 3\n1 of 2 checks passed',
  ],
  [
    'uses a name that is not there',
    'x):\n    return y',
    'error',
    "NameError: name 'y' is not defined\ncheck: assert f(1) == 2\nline 2, in f: return y\nwhere x = 1\n0 of 2 checks passed",
  ],
  ['does not parse', 'x):\n    return x +', 'syntax', 'SyntaxError: invalid syntax\nline 2: return x +'],
  [
    'imports a package that is not there',
    'x):\n    import nonexistent_package\n    return x',
    'import_missing',
    "ModuleNotFoundError: No module named 'nonexistent_package'\ncheck: assert f(1) == 2\nline 2, in f: import nonexistent_package\nwhere x = 1\n0 of 2 checks passed",
  ],
  [
    'runs for ever',
    'x):\n    while True:\n        x += 1',
    'timeout',
    'Timeout: the program did not finish\ncheck: assert f(1) == 2\nline 2, in f: while True:\n0 of 2 checks passed',
  ],
  [
    'ends the process',
    'x):\n    import sys\n    sys.exit(0)',
    'exited_early',
    'SystemExit: the program ended the process before its checks were done\ncheck: assert f(1) == 2\nline 3, in f: sys.exit(0)\nwhere x = 1\n0 of 2 checks passed',
  ],
  [
    'ends the process for good',
    'x):\n    import os\n    os._exit(0)',
    'exited_early',
    'SystemExit: the program ended the process before its checks were done\n0 of 2 checks passed',
  ],
  [
    'takes all memory',
    "x):\n    return 'x' * (4 << 30)",
    'memory',
    "MemoryError: the program needed too much memory\ncheck: assert f(1) == 2\nline 2, in f: return 'x' * (4 << 30)\n0 of 2 checks passed",
  ],
  [
    'calls itself without end',
    'x):\n    return f(x)',
    'error',
    'RecursionError: maximum recursion depth exceeded\ncheck: assert f(1) == 2\nline 2, in f: return f(x)\n0 of 2 checks passed',
  ],
  ['prints without end', "x):\n    while True:\n        print('x' * 1000)", 'output_limit', 'OutputLimit: '],
  [
    'kills itself',
    'x):\n    import ctypes\n    ctypes.string_at(0)',
    'crashed',
    'Crash: the interpreter was killed by the program\n0 of 2 checks passed',
  ],
  [
    'prints what a harness might print',
    'x):\n    print(\'{"verdict": "passed"}\')\n    return x',
    'failed',
    'AssertionError\n',
  ],
];

describe('the executor', function () {
  this.timeout(60_000);
  const task = bareTask({
    checks: ['assert f(1) == 2', 'assert f(2) == 3'].map((source) => ({ kind: 'statements', source })),
  });
  let executor: Executor;
  let jobs = 0;

  before(async () => {
    executor = await startTestExecutor(2);
  });

  after(async () => {
    await executor.close();
  });

  const run = async (completion: string, of: Task = task, limits = PATIENT): Promise<ExecutionResult> =>
    await executor.execute(executionJob(of, assembleProgram(of, completion), jobs++, limits));

  it('proves that its sandbox holds, with namespaces and without', async () => {
    const lower = await startTestExecutor(1, { most: 'T2' });
    await lower.close();
    for (const { canaries } of [executor, lower]) {
      assert.ok(Object.keys(canaries.T2).length >= 9);
      assert.ok(Object.values(canaries.T2).every(Boolean), JSON.stringify(canaries));
    }
    assert.equal(lower.tier, 'T2');
    assert.ok(Object.values(lower.canaries.T3).includes(false), 'canaries that cannot fail prove nothing');
    assert.ok(executor.tier === 'T3' || executor.lacking !== undefined);
    assert.equal(Object.values(executor.canaries.T3).every(Boolean), executor.tier === 'T3');
  });

  for (const [name, completion, verdict, feedback] of CASES) {
    it(`says of a program that ${name}: ${verdict}`, async () => {
      const result = await run(completion, task, verdict === 'timeout' ? LIMITS : PATIENT);
      assert.equal(result.verdict, verdict, JSON.stringify(result));
      const text = renderFeedback(assembleProgram(task, completion), result, words);
      // Floods differ by what was read of them.
      if (text.startsWith('OutputLimit')) assert.ok(text.startsWith(feedback), text);
      else if (name.startsWith('prints what')) assert.ok(text.startsWith(feedback), text);
      else assert.equal(text, feedback);
      const again = await run('x):\n    return x + 1');
      assert.equal(again.verdict, 'passed', 'the next program is not touched');
    });
  }

  it('lets programs write in their scratch folder only, and empties it', async () => {
    const scratch = bareTask({
      prefix: 'def f(x):',
      hole: 'body',
      indent: 4,
      checks: [{ kind: 'statements', source: 'assert f(1) == []' }],
    });
    const lists =
      "\n    import os\n    found = os.listdir('.')\n    open('left', 'w').close()\n    return found";
    assert.equal((await run(lists, scratch)).verdict, 'passed');
    assert.equal((await run(lists, scratch)).verdict, 'passed');
    const secret = path.join(mkdtempSync(path.join(os.homedir(), '.leti-test-')), 'secret');
    writeFileSync(secret, 'mine');
    try {
      const reads = await run(`\n    return open(${JSON.stringify(secret)}).read()`, scratch);
      assert.match(reads.diagnostic?.type ?? '', /PermissionError|FileNotFoundError/);
      const writes = await run(`\n    open(${JSON.stringify(secret + '2')}, 'w').write('x')`, scratch);
      assert.match(writes.diagnostic?.type ?? '', /PermissionError|FileNotFoundError/);
      assert.ok(!existsSync(secret + '2'));
    } finally {
      rmSync(path.dirname(secret), { recursive: true });
    }
  });

  it('hides the environment and the network', async () => {
    const env = await run('x):\n    import os\n    raise ValueError(sorted(os.environ))');
    assert.doesNotMatch(env.diagnostic?.message ?? '', /LETI|HOME'.*root|USER|TOKEN/);
    const net = await run('x):\n    import socket\n    socket.create_connection(("127.0.0.1", 80), 1)');
    assert.equal(net.diagnostic?.type, 'PermissionError');
  });

  it('leaves nothing running', async () => {
    await run(
      'x):\n    import threading, time\n    threading.Thread(target=time.sleep, args=(99,)).start()\n    return x + 1',
    );
    await run('x):\n    import os\n    os.fork()\n    return x + 1');
    await sleep(500);
    const own = childrenOf(process.pid).filter((pid) => commandOf(pid).includes('leti_runner'));
    assert.ok(own.length > 0);
    for (const outer of own) {
      // With namespaces, the process that we started waits for the zygote.
      const zygote = executor.tier === 'T3' ? (childrenOf(outer)[0] ?? 0) : outer;
      // Those that wait for the next job, and nothing below them.
      const waiting = childrenOf(zygote);
      assert.equal(waiting.length, 2);
      for (const pid of waiting) assert.deepEqual(childrenOf(pid), []);
    }
  });

  it('runs test functions, unittest methods and doctests of a workspace', async () => {
    const module = {
      module: 'm',
      path: 'm.py',
      before: 'def f(x):\n    """\n    >>> f(1)\n    2\n    """\n',
      after: '',
    };
    const tests = [
      'import unittest',
      'from m import f',
      'def test_plain():\n    assert f(1) == 2',
      'class TestF(unittest.TestCase):\n    def test_two(self):\n        self.assertEqual(f(2), 3)',
    ].join('\n');
    const hosted = bareTask({
      prefix: 'def f(x):\n    """Doc."""',
      hole: 'body',
      indent: 4,
      host: { ...module, files: [{ path: 'test_m.py', source: tests }] },
      checks: [
        { kind: 'test', module: 'test_m', path: 'test_m.py', name: 'test_plain', runner: 'plain' },
        { kind: 'test', module: 'test_m', path: 'test_m.py', name: 'TestF.test_two', runner: 'unittest' },
        { kind: 'doctest', name: 'f' },
      ],
    });
    const right = await run('\n    return x + 1', hosted);
    assert.deepEqual([right.verdict, right.checksPassed], ['passed', 3], JSON.stringify(right));
    const wrong = await run('\n    return 2', hosted);
    assert.deepEqual([wrong.verdict, wrong.checksPassed], ['failed', 2], JSON.stringify(wrong));
    const text = renderFeedback(
      assembleProgram(hosted, '\n    return x'),
      await run('\n    return x', hosted),
      words,
    );
    assert.equal(text, 'AssertionError\ncheck: assert f(1) == 2\ngot: 1\nexpected: 2\n0 of 3 checks passed');
  });

  it('counts on behind a failure, the shortest check first, and tells the first with its own number', async () => {
    const sources = ['assert f(10) == 11', 'assert f(2) == 3', 'assert f(3) == 4', 'assert f(40) == 41'];
    const four = bareTask({ checks: sources.map((source) => ({ kind: 'statements', source })) });
    for (const sealable of [true, false]) {
      const of = { ...four, sealable };
      const one = await run('x):\n    return 0 if x == 10 else x + 1', of);
      assert.deepEqual([one.verdict, one.checksPassed, one.diagnostic?.check?.index], ['failed', 3, 0]);
      const two = await run('x):\n    return 0 if x in (2, 10) else x + 1', of);
      assert.deepEqual([two.verdict, two.checksPassed, two.diagnostic?.check?.index], ['failed', 2, 1]);
      const raises = await run('x):\n    return {10: 11, 3: 4}[x]', of);
      assert.deepEqual([raises.verdict, raises.checksPassed], ['error', 2], JSON.stringify(raises));
      const ends = await run('x):\n    if x == 2: raise SystemExit(0)\n    return x + 1', of);
      assert.deepEqual([ends.verdict, ends.checksPassed], ['exited_early', 0], JSON.stringify(ends));
    }
    const leaves = ['n = 1 # leaves a name to those behind it', 'assert f(n) == 2'];
    const ordered = bareTask({ checks: leaves.map((source) => ({ kind: 'statements', source })) });
    assert.equal((await run('x):\n    return x + 1', ordered)).verdict, 'passed');
  });

  it('tells the first failure of a program that hangs or dies behind it', async () => {
    for (const sealable of [true, false]) {
      for (const rest of ['while True: pass', 'import os; os._exit(0)', 'import time; time.sleep(99)']) {
        const result = await run(`x):\n    if x == 1: return 0\n    ${rest}`, { ...task, sealable }, LIMITS);
        const dies = !sealable && rest.includes('_exit');
        assert.deepEqual(
          [result.verdict, result.diagnostic?.check?.index, result.checksPassed],
          dies ? ['exited_early', undefined, 0] : ['failed', 0, 0],
          JSON.stringify(result),
        );
      }
    }
    const inC = await run('x):\n    return 0 if x == 1 else sum(iter(int, 1))', task, LIMITS);
    assert.deepEqual([inC.verdict, inC.sealed], ['failed', true], JSON.stringify(inC));
  });

  it('says of a setup that is no Python that the program could not be run', async () => {
    for (const sealable of [true, false]) {
      const broken = bareTask({ setup: 'import math\nn ==', sealable });
      assert.equal((await run('x):\n    return x + 1', broken)).verdict, 'harness_error');
      assert.equal((await run('x):\n    return x', broken)).verdict, 'harness_error');
    }
  });

  it('gives programs that differ in layout one hash', async () => {
    const [one, two, three] = await Promise.all(
      ['x):\n    return x + 1', 'x):  # sum\n    return (x+1)', 'x):\n    return 1 + x'].map((c) => run(c)),
    );
    assert.equal(one?.astHash, two?.astHash);
    assert.notEqual(one?.astHash, three?.astHash);
  });

  it('keeps results and jobs together when many run at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, index) => run(`x):\n    return x + ${index % 3}`)),
    );
    results.forEach(({ verdict }, index) => {
      assert.equal(verdict, index % 3 === 1 ? 'passed' : 'failed');
    });
  });

  it('gives programs more time where the machine had none for them', async () => {
    // Three busy processes a core: what needs 0.3 s of the processor does not get it in 0.6 s. Each has a session of
    // its own, as the kernel may share the processor out by sessions first.
    const busy = Array.from({ length: 3 * os.availableParallelism() }, () =>
      spawn(process.execPath, ['-e', 'console.log(); for (;;);'], {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    try {
      await Promise.all(busy.map((child) => once(child.stdout, 'data')));
      const works =
        'x):\n    import time\n    begun = time.process_time()\n    while time.process_time() - begun < 0.3: pass\n    return x + 1';
      const limits = { ...LIMITS, wallSeconds: 0.6, cpuSeconds: 5 };
      const one = bareTask();
      const result = await executor.execute(executionJob(one, assembleProgram(one, works), jobs++, limits));
      assert.equal(result.verdict, 'passed', JSON.stringify(result));
    } finally {
      for (const child of busy) child.kill('SIGKILL');
    }
    const { run: taken, queue, starved } = executor.latency();
    assert.ok(starved > 0);
    assert.ok(taken.p99 >= taken.p50 && taken.p50 > 0 && queue.p99 >= queue.p50);
  });

  it('does not call a program bad that the machine never had time for', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-busy-'));
    const busy = path.join(folder, 'python');
    const source = `#!${await testInterpreter()}
import json, struct, sys
def say(value):
    data = json.dumps(value).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(data)) + data)
    sys.stdout.flush()
say({"ready": True, "version": "3", "complete": False, "scratch": "${folder}/s", "home": "${folder}/s"})
said = {"verdict": "timeout", "checksPassed": 0, "checksTotal": 1, "sealed": True, "durationMs": 1, "starved": True}
given = []
while header := sys.stdin.buffer.read(4):
    job = json.loads(sys.stdin.buffer.read(struct.unpack(">I", header)[0]))
    given += [job.get("limits")]
    say({"T2": {}, "T3": {}} if "probe" in job else {"id": job["id"], **said})
    with open("${folder}/given", "w") as file:
        json.dump(given[1:], file)
`;
    try {
      writeFileSync(busy, source, { mode: 0o755 });
      const given = { interpreter: busy, jobs: 1, namespaces: false, allowUncontained: true };
      const never = await startExecutor(given);
      const job = executionJob(task, assembleProgram(task, 'x):\n    return x + 1'), 0, LIMITS);
      assert.equal((await never.execute(job)).verdict, 'harness_error');
      await never.close();
      const raised = { ...LIMITS, fairSeconds: 2 };
      assert.deepEqual(JSON.parse(readFileSync(path.join(folder, 'given'), 'utf8')), [
        LIMITS,
        { ...raised, wallSeconds: 4, cpuSeconds: 4 },
        { ...raised, wallSeconds: 8, cpuSeconds: 8 },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says of a program that used up its processor time that its time was over', async () => {
    const limits = { ...LIMITS, wallSeconds: 20, cpuSeconds: 1 };
    const loop = assembleProgram(task, 'x):\n    while True: pass');
    assert.equal((await executor.execute(executionJob(task, loop, jobs++, limits))).verdict, 'timeout');
  });

  it('stops at once when it is told to, and starts again', async () => {
    const controller = new AbortController();
    const slow = executionJob(task, assembleProgram(task, 'x):\n    while True: pass'), jobs++, PATIENT);
    const running = [1, 2, 3].map(() => executor.execute(slow, controller.signal));
    await sleep(200);
    controller.abort();
    for (const outcome of await Promise.allSettled(running)) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof InterruptedError);
    }
    assert.equal((await run('x):\n    return x + 1')).verdict, 'passed');
  });

  it('lets a job that waits hear of its abort at once, and leaves the others alone', async () => {
    const one = await startTestExecutor(1);
    try {
      const slow = 'x):\n    import time\n    time.sleep(1)\n    return x + 1';
      const job = executionJob(bareTask(), assembleProgram(bareTask(), slow), jobs++, PATIENT);
      const order: string[] = [];
      const running = one.execute(job).finally(() => order.push('ran'));
      const controller = new AbortController();
      const waiting = one.execute(job, controller.signal).finally(() => order.push('aborted'));
      const behind = one.execute(job);
      controller.abort();
      await assert.rejects(waiting, InterruptedError);
      assert.deepEqual([(await running).verdict, (await behind).verdict], ['passed', 'passed']);
      assert.deepEqual(order, ['aborted', 'ran']);
    } finally {
      await one.close();
    }
  });

  it('runs nothing where programs are not contained, unless the user allows it', async () => {
    const interpreter = looseInterpreter(await testInterpreter());
    await assert.rejects(startExecutor({ interpreter, allowUncontained: false }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /not be contained here: /);
      assert.match(commandLineStep(error.nextStep), /--allow-uncontained/);
      return true;
    });
    const allowed = await startTestExecutor(1, { most: 'T1' });
    try {
      assert.equal(allowed.tier, 'T1');
      const job = executionJob(task, assembleProgram(task, 'x):\n    return x + 1'), 0, LIMITS);
      assert.equal((await allowed.execute(job)).verdict, 'passed');
    } finally {
      await allowed.close();
    }
  });

  it('runs nothing more once the interpreter was removed, though its processes are still there', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-gone-'));
    const link = path.join(folder, 'python');
    symlinkSync(await testInterpreter(), link);
    const robbed = await startTestExecutor(1, { interpreter: link });
    try {
      const job = executionJob(task, assembleProgram(task, 'x):\n    return x + 1'), 0, LIMITS);
      assert.equal((await robbed.execute(job)).verdict, 'passed');
      rmSync(link);
      await assert.rejects(robbed.execute(job), (error) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.message, `The interpreter ${link} is gone.`);
        return true;
      });
    } finally {
      await robbed.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('tells all that wait when the interpreter starts no more', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-gone-'));
    const others = new Set(childrenOf(process.pid));
    try {
      const link = path.join(folder, 'python');
      const source = `#!/bin/sh\nexec ${JSON.stringify(await testInterpreter())} "$@"\n`;
      writeFileSync(link, source, { mode: 0o755 });
      const failing = await startTestExecutor(1, { interpreter: link });
      writeFileSync(link, '#!/bin/sh\nexit 1\n');
      const outers = childrenOf(process.pid).filter((pid) => !others.has(pid));
      const all = outers.flatMap((outer) => [outer, ...descendants(outer)]);
      for (const outer of outers) process.kill(outer, 'SIGKILL');
      // The kernel ends what the killed one started a moment later. Until then that could answer.
      while (all.some((pid) => commandOf(pid) !== '')) await sleep(5);
      const job = executionJob(task, assembleProgram(task, 'x):\n    return x + 1'), 0, LIMITS);
      const outcomes = await Promise.allSettled([1, 2, 3, 4].map(async () => await failing.execute(job)));
      for (const outcome of outcomes) {
        assert.ok(
          outcome.status === 'rejected' && outcome.reason instanceof UserError,
          JSON.stringify(outcome),
        );
        assert.match(outcome.reason.message, /cannot run programs/);
      }
      await failing.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says what is wrong with an interpreter', async () => {
    await assert.rejects(
      startExecutor({ interpreter: '/nowhere/python', allowUncontained: false }),
      /cannot run programs/,
    );
    await assert.rejects(
      findWorkspaceInterpreter({ workspace: os.tmpdir(), explicit: '/bin/false', env: process.env }),
      /cannot be used/,
    );
  });
});
