import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS, Tier, type ExecutionResult } from '../../../src/protocol/execution.ts';
import { startTestExecutor, testEnvironment } from '../../support/executor.ts';
import { commandOf, descendants } from '../../support/processes.ts';
import { treeHash } from '../harvest/support.ts';
import { bareTask } from '../../support/tasks.ts';
import { body, ENDINGS, FORGERIES, SOURCES } from './attacks.ts';
import { BESIDE, BESIDE_TESTS } from './attacksBeside.ts';
import { ESCAPES } from './attacksOnTheMachine.ts';

const LIMITS = { ...DEFAULT_LIMITS, wallSeconds: 1, cpuSeconds: 2, memoryBytes: 512 << 20 };
/** Taking that much memory, or importing pytest, takes a slow machine more than a second. */
const PATIENT = { ...LIMITS, wallSeconds: 15, cpuSeconds: 15 };

// At T1 escapes would succeed, and are not for a machine that is to be used again.
const KINDS = { FORGERIES, ENDINGS, SOURCES };
const BY_TIER = { T3: { ...KINDS, ESCAPES }, T2: { ...KINDS, ESCAPES }, T1: KINDS };

/** A tier, and who runs programs at it. */
export type Place = readonly [tier: Tier, user: 'root' | 'an ordinary user'];

/** Every tier and every user, each at least once. Root runs programs as an ordinary user too; another user has but himself. */
export const SOME_PLACES: readonly Place[] =
  process.getuid?.() === 0
    ? [
        ['T3', 'root'],
        ['T3', 'an ordinary user'],
        ['T2', 'an ordinary user'],
        ['T1', 'root'],
      ]
    : Tier.options.map((tier) => [tier, 'an ordinary user'] as const);

/** What is left of all tiers with all users. */
export const OTHER_PLACES: readonly Place[] =
  process.getuid?.() === 0
    ? [
        ['T2', 'root'],
        ['T1', 'an ordinary user'],
      ]
    : [];

/** Runs the whole corpus of hostile programs at a tier. */
export function hostileAt([tier, user]: Place): void {
  describe(`hostile programs at tier ${tier}, run by ${user}`, function () {
    this.timeout(60_000);
    const task = bareTask({
      checks: [
        { kind: 'statements', source: 'assert f(1) == 2' },
        { kind: 'statements', source: 'assert f(2) == 3' },
      ],
    });
    let executor: Executor;
    let environment: string;
    let jobs = 0;
    let untouched: string;

    before(async () => {
      environment = mkdtempSync(path.join(os.tmpdir(), 'leti-environment-'));
      chmodSync(environment, 0o755);
      // One zygote, so that each honest program runs right behind the hostile one.
      const ordinaryUser = user !== 'root' && process.getuid?.() === 0;
      const interpreter = await testEnvironment(environment, { tools: true, ordinaryUser });
      executor = await startTestExecutor(1, { most: tier, ordinaryUser, interpreter });
      assert.ok(executor.tier === tier || executor.lacking !== undefined);
      untouched = await treeHash(environment);
    });

    after(async () => {
      await executor.close();
      assert.equal(await treeHash(environment), untouched);
      rmSync(environment, { recursive: true });
      assert.ok(!existsSync('/tmp/leti-was-here'));
    });

    afterEach(() => {
      // The interpreter and what waits for its next program; nothing below those, whatever ran before.
      const waiting = descendants(process.pid).map(commandOf);
      const ours = waiting.filter((command) => command.includes('leti_runner.zygote'));
      assert.ok(ours.length <= 4, ours.join('\n'));
    });

    const run = async (completion: string, of = task, limits = LIMITS): Promise<ExecutionResult> =>
      await executor.execute(executionJob(of, assembleProgram(of, completion), jobs++, limits));

    for (const [kind, attacks] of Object.entries(BY_TIER[tier])) {
      describe(kind.toLowerCase(), () => {
        for (const [does, completion, verdicts] of attacks) {
          it(`one that ${does}: ${verdicts.join(' or ')}`, async () => {
            const result = await run(completion, task, verdicts.includes('timeout') ? LIMITS : PATIENT);
            assert.ok(verdicts.includes(result.verdict), JSON.stringify(result));
            assert.equal(result.checksPassed, 0);
            const next = await run('x):\n    return x + 1', task, DEFAULT_LIMITS);
            assert.deepEqual([next.verdict, next.sealed], ['passed', true], JSON.stringify(next));
          });
        }
      });
    }

    it('are contained beside their checks too', async function () {
      this.timeout(300_000);
      const beside = { ...task, sealable: false };
      for (const [does, completion] of Object.entries(BY_TIER[tier]).flatMap(([kind, attacks]) =>
        kind === 'ENDINGS' || kind === 'ESCAPES' ? attacks : [],
      )) {
        const result = await run(completion, beside);
        assert.notEqual(result.verdict, 'passed', does);
        assert.notEqual(result.verdict, 'harness_error', `${does} ${JSON.stringify(result)}`);
        assert.equal(result.sealed, false);
      }
      assert.equal((await run('x):\n    return x + 1', beside)).verdict, 'passed');
    });

    describe('beside their checks', () => {
      const beside = { ...task, sealable: false };
      for (const [does, completion, verdicts] of BESIDE) {
        it(`one that ${does}: ${verdicts.join(' or ')}`, async () => {
          const result = await run(completion, beside);
          assert.ok(verdicts.includes(result.verdict), JSON.stringify(result));
          assert.equal(result.sealed, false);
          assert.equal((await run('x):\n    return x + 1', beside)).verdict, 'passed');
        });
      }

      for (const runner of ['plain', 'unittest', 'pytest'] as const) {
        const source = {
          plain: 'from program import f\ndef test_f():\n    assert f(1) == 2\n',
          unittest:
            'import unittest\nfrom program import f\nclass TestF(unittest.TestCase):\n    def test_f(self):\n        self.assertEqual(f(1), 2)\n',
          pytest: 'from program import f\ndef test_f(tmp_path):\n    assert f(1) == 2\n',
        }[runner];
        const name = runner === 'unittest' ? 'TestF.test_f' : 'test_f';
        const tested = bareTask({
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
        for (const [does, completion, verdicts] of BESIDE_TESTS[runner]) {
          it(`one that ${does}, with ${runner} tests: ${verdicts.join(' or ')}`, async () => {
            const limits = runner === 'pytest' ? PATIENT : LIMITS;
            const result = await run(completion, tested, limits);
            assert.ok(verdicts.includes(result.verdict), JSON.stringify(result));
            const next = await run('x):\n    return x + 1', tested, limits);
            assert.equal(next.verdict, 'passed', JSON.stringify(next));
          });
        }
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
      const result = await run(counts);
      assert.equal(result.diagnostic?.message, '[0, 1, 2, 3, 4]');
    });

    const reading = tier === 'T1' ? 'may' : 'cannot';
    it(`${reading} read a file of the user, whatever it is called`, async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-secret-'));
      try {
        chmodSync(folder, 0o755);
        writeFileSync(path.join(folder, 'test_f.py'), 'assert f(1) == 2');
        const result = await run(
          body(`return open(${JSON.stringify(path.join(folder, 'test_f.py'))}).read()`),
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
