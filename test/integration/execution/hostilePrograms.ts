import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import { packageRoot } from '../../../src/process/packageRoot.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import {
  DEFAULT_LIMITS,
  type ExecutionLimits,
  type ExecutionResult,
  type Tier,
  type Verdict,
} from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor, testEnvironment } from '../../support/executor.ts';
import { Bystander } from '../../support/bystander.ts';
import { childrenOf, commandOf, descendants } from '../../support/processes.ts';
import { treeHash } from '../harvest/support.ts';
import { bareTask } from '../../support/tasks.ts';
import { body, ENDINGS, FORGERIES, SOURCES, type Attack } from './attacks.ts';
import { IN_PROCESS, IN_PROCESS_TESTS } from './attacksOnInProcessChecks.ts';
import { ON_BOUNDS, ON_THE_PROTOCOL } from './attacksOnBounds.ts';
import { ON_BYSTANDERS } from './attacksOnBystanders.ts';
import { ON_THE_KERNEL } from './attacksOnTheKernel.ts';
import { ALLOWED_NUMBERS, BYSTANDER } from './attackTools.ts';
import { ESCAPES } from './attacksOnTheMachine.ts';

/** Executors that run hostile programs at the same time, one zygote each. Many programs only wait for their limit. */
const LANES = 4;
/** One zygote, its standing judge, and the two processes that hold the namespaces. */
const PROCESSES_PER_LANE = 4;

const MEMORY = { ...DEFAULT_LIMITS, memoryBytes: 512 << 20 };
/** For programs that end by themselves. Taking this memory or importing pytest can take seconds on a busy machine. */
const GENEROUS = { ...MEMORY, wallSeconds: 30, cpuSeconds: 30 };
/** No program has so little processor time, so a busy machine does not make the executor try a time-out again. */
const NEVER_STARVED = 0.001;
/** For programs that may run out of time. */
const SHORT = { ...MEMORY, wallSeconds: 1, cpuSeconds: 2, fairSeconds: NEVER_STARVED };
/** For programs that never end. */
const SHORTEST = { ...SHORT, wallSeconds: 0.5, cpuSeconds: 1 };

/** Prints the numbers of the calls that the filter of this machine lets through. */
const TELL_ALLOWED =
  'import platform; from leti_runner.sandbox import syscalls as s; ' +
  'print(set(s.numbers(s.ALLOWED, platform.machine()).values()))';

const HONEST = 'x):\n    return x + 1';

const SEALED = bareTask({
  checks: [
    { kind: 'statements', source: 'assert f(1) == 2' },
    { kind: 'statements', source: 'assert f(2) == 3' },
  ],
});
/** The same task with its checks in the program's process. */
const UNSEALED = { ...SEALED, sealable: false };

/** Hostile programs for one task. */
interface Batch {
  attacks: readonly Attack[];
  task: Task;
  /** Any verdict of a failure will do: only damage is looked for. */
  anyFailure?: boolean;
  /** An error must be the system's refusal, so that a mistake in an attack is not taken for one. */
  refused?: boolean;
}

const SEALED_BATCHES = {
  'that forge a passing result': { attacks: FORGERIES, task: SEALED },
  'that end their process or never end': { attacks: ENDINGS, task: SEALED },
  'with hostile source text': { attacks: SOURCES, task: SEALED },
  'that send the judge what it cannot digest': { attacks: ON_THE_PROTOCOL, task: SEALED },
};
const ESCAPE_BATCHES = {
  'that leave their process or folder': { attacks: ESCAPES, task: SEALED },
  'that reach for other processes and their things': { attacks: ON_BYSTANDERS, task: SEALED, refused: true },
  'that ask the kernel for what no program needs': { attacks: ON_THE_KERNEL, task: SEALED, refused: true },
  'that take all they can get': { attacks: ON_BOUNDS, task: SEALED },
};
const IN_PROCESS_BATCHES = {
  'that tamper with checks in their process': { attacks: IN_PROCESS, task: UNSEALED },
  'that tamper with test functions': {
    attacks: IN_PROCESS_TESTS.plain,
    task: withTest('plain', 'test_f', 'from program import f\ndef test_f():\n    assert f(1) == 2\n'),
  },
  'that tamper with unittest': {
    attacks: IN_PROCESS_TESTS.unittest,
    task: withTest(
      'unittest',
      'TestF.test_f',
      'import unittest\nfrom program import f\nclass TestF(unittest.TestCase):\n    def test_f(self):\n        self.assertEqual(f(1), 2)\n',
    ),
  },
  'that tamper with pytest': {
    attacks: IN_PROCESS_TESTS.pytest,
    task: withTest(
      'pytest',
      'test_f',
      'from program import f\ndef test_f(tmp_path):\n    assert f(1) == 2\n',
    ),
  },
  'that end or never end, with checks in their process': {
    attacks: ENDINGS,
    task: UNSEALED,
    anyFailure: true,
  },
};
const IN_PROCESS_ESCAPE_BATCH = {
  'that leave their process or folder, with checks in their process': {
    attacks: ESCAPES,
    task: UNSEALED,
    anyFailure: true,
  },
};

/** Batches of hostile programs by what the programs do. */
export type Corpus = Record<string, Batch>;

/** The whole corpus of a tier. At T1 escapes would succeed and damage the machine. */
export const WHOLE_CORPUS: Record<Tier, Corpus> = {
  T1: { ...SEALED_BATCHES, ...IN_PROCESS_BATCHES },
  T2: { ...SEALED_BATCHES, ...ESCAPE_BATCHES, ...IN_PROCESS_BATCHES, ...IN_PROCESS_ESCAPE_BATCH },
  T3: { ...SEALED_BATCHES, ...ESCAPE_BATCHES, ...IN_PROCESS_BATCHES, ...IN_PROCESS_ESCAPE_BATCH },
};

const FORGERIES_ALONE = {
  'that forge a passing result': SEALED_BATCHES['that forge a passing result'],
};

/** What `npm test` runs: everything at T3, and below it what the tier decides. The judge is the same at every tier. */
export const QUICK_CORPUS: Record<Tier, Corpus> = {
  T1: FORGERIES_ALONE,
  T2: { ...FORGERIES_ALONE, ...ESCAPE_BATCHES },
  T3: WHOLE_CORPUS.T3,
};

/** Who starts the zygotes. */
export type User = 'root' | 'an ordinary user';

/** Root runs the tests as both; another user has no second user. */
export const USERS: readonly [User, ...User[]] =
  process.getuid?.() === 0 ? ['root', 'an ordinary user'] : ['an ordinary user'];

/** How a suite runs hostile programs. */
interface HostileSuite {
  tier: Tier;
  user: User;
  corpus: Corpus;
  /** A zygote runs an honest program, which must pass, behind this many hostile ones. */
  honestEvery: number;
}

/** Defines the suite that runs a corpus at one tier as one user. One test per batch names each wrong result. */
export function hostileSuite({ tier, user, corpus, honestEvery }: HostileSuite): void {
  describe(`hostile programs at tier ${tier}, run by ${user}`, function () {
    this.timeout(300_000);
    const lanes: Executor[] = [];
    let environment: string;
    let untouched: string;
    let bystander: Bystander;
    let allowed: string;
    let jobs = 0;

    before(async () => {
      environment = mkdtempSync(path.join(os.tmpdir(), 'leti-environment-'));
      chmodSync(environment, 0o755);
      const ordinaryUser = user !== 'root' && process.getuid?.() === 0;
      const interpreter = await testEnvironment(environment, { tools: true, ordinaryUser });
      const started = Array.from({ length: LANES }, () =>
        startTestExecutor(1, { most: tier, ordinaryUser, interpreter }),
      );
      lanes.push(...(await Promise.all(started)));
      for (const executor of lanes)
        assert.ok(executor.tier === tier || executor.lacking !== undefined, executor.tier);
      bystander = await Bystander.start(interpreter, ordinaryUser);
      allowed = execFileSync(interpreter, ['-s', '-B', '-c', TELL_ALLOWED], {
        encoding: 'utf8',
        cwd: path.join(packageRoot(), 'python'),
      }).trim();
      untouched = await treeHash(environment);
    });

    after(async () => {
      await Promise.all(lanes.map((executor) => executor.close()));
      await bystander.stop();
      assert.equal(await treeHash(environment), untouched);
      rmSync(environment, { recursive: true });
      assert.ok(!existsSync('/tmp/leti-was-here'));
    });

    afterEach('leave no process behind', () => {
      const commands = descendants(process.pid).map(commandOf);
      const ours = commands.filter((command) => command.includes('leti_runner.zygote'));
      assert.ok(ours.length <= PROCESSES_PER_LANE * LANES, ours.join('\n'));
    });

    const run = async (
      completion: string,
      task: Task,
      limits: ExecutionLimits = GENEROUS,
      lane = 0,
    ): Promise<ExecutionResult> => {
      const executor = lanes[lane];
      assert.ok(executor !== undefined);
      const text = completion.replaceAll(BYSTANDER, bystander.places).replaceAll(ALLOWED_NUMBERS, allowed);
      return await executor.execute(executionJob(task, assembleProgram(task, text), jobs++, limits));
    };

    for (const [kind, batch] of Object.entries(corpus)) {
      it(`${kind} do not pass, and honest programs pass behind them`, async () => {
        const wrong: Finding[] = [];
        const zygotes = childrenOf(process.pid);
        // Programs that wait for their limit come first, so that the lanes end together.
        const waiting = batch.attacks.toSorted((a, b) => Number(mayRunOut(b)) - Number(mayRunOut(a)));
        const work = async (_: Executor, lane: number): Promise<void> => {
          let behind: string[] = [];
          for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift()) {
            const [does, completion, verdicts] = attack;
            const result = await run(completion, batch.task, limitsOf(attack), lane);
            const expected = expectedOf(batch, verdicts);
            if (!isExpected(batch, verdicts, result))
              wrong.push({ program: `one that ${does}`, expected, result });
            behind.push(does);
            if (behind.length < honestEvery && waiting.length > 0) continue;
            const honest = await run(HONEST, batch.task, GENEROUS, lane);
            if (honest.verdict !== 'passed' || honest.sealed !== isSealed(batch))
              wrong.push({
                program: `an honest one behind: ${behind.join('; ')}`,
                expected: `passed, ${sealOf(isSealed(batch))}`,
                result: honest,
              });
            behind = [];
          }
        };
        await Promise.all(lanes.slice(0, Math.ceil(waiting.length / honestEvery)).map(work));
        if (wrong.length > 0) assert.fail(tableOf(wrong, batch.attacks.length));
        assert.deepEqual(childrenOf(process.pid), zygotes, 'a program ended its zygote');
        assert.deepEqual(await bystander.touched(), []);
      });
    }

    it('find neither the tests nor the original body while they are loaded', async () => {
      const test = 'from m import f\nimport pytest\ndef test_f():\n    assert f(1) == 2\n';
      const masked = bareTask({
        prefix: 'def f(x):',
        hole: 'body',
        indent: 4,
        sealable: false,
        host: {
          module: 'm',
          path: 'm.py',
          before: 'def f(x):\n',
          after:
            '\n\nimport sys, linecache\ntry:\n    import test_m\nexcept ImportError:\n    found = "test_m.py" in linecache.cache\nelse:\n    found = True\n',
          files: [{ path: 'test_m.py', source: test.replace('import pytest\n', '') }],
        },
        checks: [
          { kind: 'test', module: 'test_m', path: 'test_m.py', name: 'test_f', runner: 'plain' },
          { kind: 'statements', source: 'assert not found' },
        ],
      });
      const result = await run('\n    return x + 1', masked);
      assert.deepEqual([result.verdict, result.checksPassed], ['passed', 2], JSON.stringify(result));
    });

    it('hold no handles but their own', async () => {
      const counts = body(
        'import os',
        'found = []',
        'for fd in range(256):',
        '    try: os.fstat(fd); found.append(fd)',
        '    except OSError: pass',
        'raise ValueError(found)',
      );
      const result = await run(counts, SEALED);
      assert.equal(result.diagnostic?.message, '[0, 1, 2, 3, 4]');
    });

    it(`${tier === 'T1' ? 'may' : 'cannot'} read a file of the user, whatever its name`, async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-secret-'));
      try {
        chmodSync(folder, 0o755);
        writeFileSync(path.join(folder, 'test_f.py'), 'assert f(1) == 2');
        const result = await run(
          body(`return open(${JSON.stringify(path.join(folder, 'test_f.py'))}).read()`),
          SEALED,
        );
        const wanted = tier === 'T1' ? /AssertionError/ : /PermissionError|FileNotFoundError/;
        assert.match(result.diagnostic?.type ?? '', wanted);
        assert.deepEqual(readdirSync(folder), ['test_f.py']);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

/** A result that is not the expected one. */
interface Finding {
  program: string;
  expected: string;
  result: ExecutionResult;
}

/** One row per finding, then the results in full. */
function tableOf(findings: readonly Finding[], count: number): string {
  const rows = findings.map(({ program, expected, result }) => {
    const found = `${result.verdict}, ${result.checksPassed} checks passed, ${sealOf(result.sealed)}`;
    return [program, expected, found].join(' | ');
  });
  return [
    `Wrong results in a batch of ${count} hostile programs: ${findings.length}`,
    'program | expected | found',
    ...rows,
    ...findings.map(({ program, result }) => `${program}: ${JSON.stringify(result)}`),
  ].join('\n');
}

/** What Python raises where the system refuses something, or where there is nothing. */
const REFUSALS = ['PermissionError', 'FileNotFoundError', 'OSError', 'FileExistsError'];

function isExpected(batch: Batch, verdicts: readonly Verdict[], result: ExecutionResult): boolean {
  const { verdict, checksPassed, sealed, diagnostic } = result;
  if (batch.refused === true && verdict === 'error' && !REFUSALS.includes(diagnostic?.type ?? ''))
    return false;
  if (batch.anyFailure === true) return verdict !== 'passed' && verdict !== 'harness_error' && !sealed;
  return verdicts.includes(verdict) && (isSealed(batch) ? checksPassed === 0 : !sealed);
}

function expectedOf(batch: Batch, verdicts: readonly Verdict[]): string {
  if (batch.anyFailure === true) return 'any failure of the program, checks in its process';
  return `${verdicts.join(' or ')}, ${isSealed(batch) ? 'no check passed' : 'checks in its process'}`;
}

/** Whether the checks of a batch run in a process of their own. */
function isSealed({ task }: Batch): boolean {
  return task.sealable !== false;
}

function sealOf(sealed: boolean): string {
  return sealed ? 'checks in their own process' : 'checks in its process';
}

function mayRunOut([, , verdicts]: Attack): boolean {
  return verdicts.includes('timeout');
}

function limitsOf(attack: Attack): ExecutionLimits {
  if (!mayRunOut(attack)) return GENEROUS;
  return attack[2].length === 1 ? SHORTEST : SHORT;
}

/** A task whose check is a test of a test file, in the program's process. */
function withTest(runner: 'plain' | 'unittest' | 'pytest', name: string, source: string): Task {
  return bareTask({
    sealable: false,
    hole: 'body',
    indent: 4,
    prefix: 'def f(',
    host: {
      module: 'program',
      path: 'program.py',
      before: 'def f(',
      after: '',
      files: [],
      testFiles: [{ path: 'test_m.py', source }],
    },
    checks: [{ kind: 'test', module: 'test_m', path: 'test_m.py', name, runner }],
  });
}
