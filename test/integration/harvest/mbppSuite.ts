import assert from 'node:assert/strict';
import os from 'node:os';
import path from 'node:path';
import { assembleProgram, executionJob, type AssembledProgram } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { readTaskFile } from '../../../src/harvest/files.ts';
import { programOfSample, referenceSamples } from '../../../src/harvest/samples.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor } from '../../support/executor.ts';

const DATA = process.env['LETI_MBPP_DIR'] ?? path.resolve('../shared/data');

/** Defines the suite that runs the references of every `step`-th problem of MBPP, from the first on. */
export function mbppSuite(name: string, step: number): void {
  describe(name, function () {
    this.timeout(180_000);
    const tasks = new Map<string, Task>();
    const solutions = new Map<string, string>();
    let executor: Executor;

    before(async () => {
      executor = await startTestExecutor(os.availableParallelism());
      for (const name of ['mbpp-train.jsonl', 'mbpp-validation.jsonl']) {
        const file = path.join(DATA, name);
        for (const task of await readTaskFile(file)) tasks.set(task.id, task);
        for (const sample of await referenceSamples(file)) solutions.set(sample.task_id, sample.completion);
      }
      assert.equal(tasks.size, 464);
      const left = [...tasks.keys()].filter((_, index) => index % step !== 0);
      for (const id of left) tasks.delete(id);
    });
    after(async () => {
      await executor.close();
    });

    /** Ids of the tasks whose program does not pass, with its verdict. */
    const failures = async (programOf: (task: Task) => AssembledProgram): Promise<string[]> => {
      const results = [...tasks.values()].map(async (task, index) => {
        const { verdict } = await executor.execute(
          executionJob(task, programOf(task), index, DEFAULT_LIMITS),
        );
        return verdict === 'passed' ? [] : [`${task.id} ${verdict}`];
      });
      return (await Promise.all(results)).flat();
    };

    it('pass with their reference programs as they stand', async () => {
      assert.deepEqual(await failures((task) => programOfSample(task, solutions.get(task.id) ?? '')), []);
    });

    it('pass with their references as completions of the header', async () => {
      assert.deepEqual(await failures((task) => assembleProgram(task, task.reference ?? '')), []);
    });
  });
}
