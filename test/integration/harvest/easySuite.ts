import assert from 'node:assert/strict';
import { easyTasks } from '../../../scripts/easyTasks.ts';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { validateTasks } from '../../../src/harvest/validate.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor } from '../../support/executor.ts';

/** Defines the suite that runs right and wrong programs for every `step`-th easy task, from the first on. */
export function easyProgramSuite(name: string, step: number): void {
  describe(name, function () {
    this.timeout(300_000);
    let executor: Executor;
    let tasks: Task[];

    before(async () => {
      executor = await startTestExecutor(2);
      tasks = (await easyTasks()).filter((_, index) => index % step === 0);
      assert.ok(tasks.length >= 40);
    });

    after(async () => {
      await executor.close();
    });

    it('passes with its reference and not with an empty body', async () => {
      const wrong = (await validateTasks(tasks, executor)).filter(
        ({ task, reason }) => reason !== undefined || task.sealable === false,
      );
      assert.deepEqual(
        wrong.map(({ task, reason }) => `${task.id}: ${reason ?? 'it cannot be sealed'}`),
        [],
      );
    });

    it('passes with no constant that one of its asserts expects', async () => {
      const stubs = tasks.flatMap((task) => {
        const constants = new Set(
          task.checks.map((check) => expectedBy('source' in check ? check.source : '')),
        );
        return [...constants].map((constant) => ({ task, constant }));
      });
      assert.ok(stubs.length > 2 * tasks.length - 1);
      const verdicts = await Promise.all(
        stubs.map(async ({ task, constant }, id) => {
          const program = assembleProgram(task, `\n    return ${constant}`);
          const { verdict } = await executor.execute(executionJob(task, program, id, DEFAULT_LIMITS));
          return { id: task.id, constant, verdict };
        }),
      );
      assert.deepEqual(
        verdicts.filter(({ verdict }) => verdict !== 'failed'),
        [],
      );
    });
  });
}

/** What an assert expects: the right side of its last comparison. */
function expectedBy(source: string): string {
  const found = /^assert .+ (?:==|is) (.+)$/.exec(source)?.[1];
  assert.ok(found !== undefined, source);
  return found;
}
