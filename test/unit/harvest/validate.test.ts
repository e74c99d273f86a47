import assert from 'node:assert/strict';
import { validateTasks, type ProgramRunner } from '../../../src/harvest/validate.ts';
import type { ExecutionResult, Verdict } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';

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
  it('keeps what passes twice and fails without a body, in order', async () => {
    const runner = scripted({
      good: ['passed', 'passed', 'failed'],
      broken: ['error'],
      flaky: ['passed', 'failed'],
      weak: ['passed', 'passed', 'passed'],
      ours: ['passed', 'passed', 'harness_error'],
    });
    const names = ['good', 'broken', 'flaky', 'weak', 'ours'];
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
        ['flaky', 'its checks are flaky, the second run failed: ValueError: odd'],
        ['weak', 'its checks pass on an empty body too'],
        ['ours', 'its checks cannot be run: ValueError: odd'],
        ['bare', 'it has no reference body to validate its checks with'],
      ],
    );
    assert.deepEqual(progress.slice(-2), [6, 6]);
  });

  it('drops what the body before a commit passes too', async () => {
    const runner = scripted({
      fixed: ['passed', 'passed', 'failed', 'failed'],
      refactored: ['passed', 'passed', 'failed', 'passed'],
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
    const runner = scripted({ tabs: ['passed', 'passed', 'failed'] });
    await validateTasks([task('tabs', '\n\treturn 1')], runner);
    assert.deepEqual(runner.sources, [
      'def tabs():\n\treturn 1',
      'def tabs():\n\treturn 1',
      'def tabs():\n\tpass',
    ]);
  });

  it('hands on what the executor throws', async () => {
    const runner: ProgramRunner = { execute: () => Promise.reject(new Error('stop')) };
    await assert.rejects(validateTasks([task('a', '\n    return 1')], runner), /stop/);
  });
});
