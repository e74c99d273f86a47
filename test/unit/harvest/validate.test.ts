import assert from 'node:assert/strict';
import { validateTasks, type ProgramRunner } from '../../../src/harvest/validate.ts';
import type { ExecutionResult, Verdict } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { result } from '../../support/tasks.ts';

function task(id: string, reference?: string): Task {
  return {
    id,
    source: 'file',
    name: id,
    instruction: '',
    prefix: `def ${id}():`,
    hole: 'body',
    indent: 4,
    setup: '',
    checks: [{ kind: 'statements', source: `assert ${id}()` }],
    ...(reference === undefined ? {} : { reference }),
    family: id,
  };
}

/** Answers the runs of a program in the order of the verdicts listed for its function, and an empty body with the last. */
function scripted(verdicts: Record<string, Verdict[]>): ProgramRunner & { sources: string[] } {
  const sources: string[] = [];
  return {
    sources,
    execute: (job): Promise<ExecutionResult> => {
      const { source } = job.main;
      sources.push(source);
      const script = verdicts[/def (\w+)/.exec(source)?.[1] ?? ''] ?? [];
      const verdict = script.shift() ?? 'harness_error';
      const diagnostic = { type: 'ValueError', message: 'odd\nmore', frames: [] };
      return Promise.resolve({
        id: job.id,
        verdict,
        checksPassed: 0,
        checksTotal: 1,
        sealed: false,
        durationMs: 1,
        ...(verdict === 'passed' ? {} : { diagnostic }),
      });
    },
  };
}

describe('validateTasks', () => {
  it('keeps what passes three times and fails without a body, in order', async () => {
    const runner = scripted({
      good: ['passed', 'passed', 'passed', 'failed'],
      broken: ['error'],
      flaky: ['passed', 'failed'],
      rarely: ['passed', 'passed', 'failed'],
      empty: ['passed', 'passed', 'passed', 'passed'],
      ours: ['passed', 'passed', 'passed', 'harness_error'],
    });
    const names = ['good', 'broken', 'flaky', 'rarely', 'empty', 'ours'];
    const progress: number[] = [];
    const validated = await validateTasks(
      [...names.map((name) => task(name, '\n    return 1')), task('bare')],
      runner,
      { onProgress: (done, total) => progress.push(done, total) },
    );
    assert.deepEqual(
      validated.map((one) => [one.task.id, one.reason]),
      [
        ['good', undefined],
        ['broken', 'its checks fail today: ValueError: odd'],
        ['flaky', 'its checks are flaky or depend on their order: run 2 of 3 failed: ValueError: odd'],
        ['rarely', 'its checks are flaky or depend on their order: run 3 of 3 failed: ValueError: odd'],
        ['empty', 'its checks pass on an empty body too'],
        ['ours', 'its checks cannot be run: ValueError: odd'],
        ['bare', 'it has no reference body to validate its checks with'],
      ],
    );
    assert.deepEqual(progress.slice(-2), [7, 7]);
  });

  it('drops what the body before a commit passes too', async () => {
    const runner = scripted({
      fixed: ['passed', 'passed', 'passed', 'failed', 'failed'],
      refactored: ['passed', 'passed', 'passed', 'failed', 'passed'],
    });
    const validated = await validateTasks(
      [task('fixed', '\n    return 1'), task('refactored', '\n    return 1')],
      runner,
      {
        earlier: new Map([
          ['fixed', '    return 0'],
          ['refactored', '    return 1.0'],
        ]),
      },
    );
    assert.deepEqual(
      validated.map(({ reason }) => reason),
      [undefined, 'its checks pass on the body before the commit too'],
    );
    assert.ok(runner.sources.includes('def fixed():\n    return 0'));
  });

  it('indents the empty body as the reference is', async () => {
    const runner = scripted({ tabs: ['passed', 'passed', 'passed', 'failed'] });
    await validateTasks([task('tabs', '\n\treturn 1')], runner);
    assert.deepEqual(runner.sources, [
      ...Array.from({ length: 3 }, () => 'def tabs():\n\treturn 1'),
      'def tabs():\n\tpass',
    ]);
  });

  it('runs the checks in another order each time', async () => {
    const orders: string[][] = [];
    const runner: ProgramRunner = {
      execute: (job) => {
        orders.push(job.checks.map((check) => (check.kind === 'statements' ? check.source : '')));
        return Promise.resolve(result({ verdict: job.stopAtFirst === true ? 'failed' : 'passed' }));
      },
    };
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const checks = names.map((source) => ({ kind: 'statements' as const, source }));
    await validateTasks([{ ...task('f', '\n    return 1'), checks }], runner);
    assert.deepEqual(orders[0], names);
    assert.equal(new Set(orders.slice(0, 3).map((order) => order.join())).size, 3);
    for (const order of orders) assert.deepEqual(order.toSorted(), names);
  });

  it('leaves out checks that fail today, while some pass', async () => {
    const runner: ProgramRunner = {
      execute: (job) => {
        const index = job.checks.findIndex(
          (check) => check.kind === 'statements' && check.source === 'broken',
        );
        const failed = index >= 0 || !job.main.source.includes('return 1');
        const check = { index: Math.max(0, index), source: 'broken' };
        const diagnostic = { type: 'ValueError', message: 'odd', frames: [], check };
        return Promise.resolve(result(failed ? { verdict: 'failed', diagnostic } : {}));
      },
    };
    const of = (...sources: string[]): Task['checks'] =>
      sources.map((source) => ({ kind: 'statements', source }));
    const [some, all] = await validateTasks(
      [
        { ...task('some', '\n    return 1'), checks: of('a', 'broken', 'b', 'broken') },
        { ...task('all', '\n    return 1'), checks: of('broken', 'broken') },
      ],
      runner,
    );
    assert.deepEqual(
      [some?.reason, some?.task.checks, some?.task.sealable],
      [undefined, of('a', 'b'), undefined],
    );
    assert.equal(all?.reason, 'its checks fail today: ValueError: odd (in broken)');
  });

  it('marks checks as weak that let wrong bodies pass', async () => {
    const passing = (...bodies: string[]): ProgramRunner => ({
      execute: (job) =>
        Promise.resolve(
          result({ verdict: bodies.some((body) => job.main.source.endsWith(body)) ? 'passed' : 'failed' }),
        ),
    });
    const weakOf = async (
      constants: string[],
      mutants: string[],
      ...passes: string[]
    ): Promise<string | undefined> => {
      const wrongBodies = new Map([['f', { constants, mutants }]]);
      const [found] = await validateTasks([task('f', '\n    right')], passing('right', ...passes), {
        wrongBodies,
      });
      assert.equal(found?.reason, undefined);
      return found?.task.weak;
    };
    assert.equal(await weakOf(['    return 0', '    return True'], []), undefined);
    assert.equal(
      await weakOf(['    return 0', '    return True'], [], 'return True'),
      'its checks pass on a body that is only `return True`',
    );
    const four = ['    a', '    b', '    c', '    d'];
    assert.equal(await weakOf([], four, 'a', 'b'), undefined);
    assert.equal(
      await weakOf([], four, 'a', 'b', 'd'),
      'its checks pass on 3 of 4 small changes of its body',
    );
    // One change may mean the same as the body.
    assert.equal(await weakOf([], ['    a'], 'a'), undefined);
  });

  it('hands on what the executor throws', async () => {
    const runner: ProgramRunner = { execute: () => Promise.reject(new Error('stop')) };
    await assert.rejects(validateTasks([task('a', '\n    return 1')], runner), /stop/);
  });
});
