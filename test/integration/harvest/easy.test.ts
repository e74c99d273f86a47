import assert from 'node:assert/strict';
import path from 'node:path';
import { EASY, easyTasks, sidesOf, tasksOfSource, wordsOf } from '../../../scripts/easyTasks.ts';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { NEAR, nearest } from '../../../src/harvest/families.ts';
import { readTaskFile } from '../../../src/harvest/files.ts';
import { validateTasks } from '../../../src/harvest/validate.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor } from '../../support/executor.ts';

describe('the easy tasks', function () {
  this.timeout(300_000);
  let executor: Executor;
  let tasks: Task[];

  before(async () => {
    executor = await startTestExecutor(2);
    tasks = await easyTasks();
  });

  after(async () => {
    await executor.close();
  });

  it('are many, and their files are what the script writes', async () => {
    const sides = sidesOf(tasks);
    assert.ok(sides.train.length >= 200);
    assert.ok(sides.validation.length >= 100);
    assert.ok(sides['held-out'].length >= 120);
    for (const [side, expected] of Object.entries<Task[]>({ ...sides })) {
      assert.deepEqual(await readTaskFile(path.join(EASY, `${side}.jsonl`)), expected, side);
    }
  });

  it('have each family on one side, and no near duplicate on another one', () => {
    const { train, validation, 'held-out': heldOut } = sidesOf(tasks);
    const sides = [train, validation, heldOut];
    const families = sides.flatMap((side) => [...new Set(side.map(({ family }) => family))]);
    assert.equal(new Set(families).size, families.length);
    for (const side of sides) {
      const others = sides.filter((other) => other !== side).flat();
      const shares = nearest(side.map(wordsOf), others.map(wordsOf)).map(({ share }) => share);
      assert.ok(Math.max(...shares) < NEAR, String(Math.max(...shares)));
    }
  });

  it('pass with their references and not with an empty body', async () => {
    const wrong = (await validateTasks(tasks, executor)).filter(
      ({ task, reason }) => reason !== undefined || task.sealable === false,
    );
    assert.deepEqual(
      wrong.map(({ task, reason }) => `${task.id}: ${reason ?? 'it cannot be sealed'}`),
      [],
    );
  });

  it('pass with no constant that one of their asserts expects', async () => {
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

  it('are read strictly: what stands in the wrong form is named by its line', () => {
    const right =
      '"""Doc."""\n\n# family: one\ndef f(x):\n    """Do."""\n    return x\n\n\nassert f(1) == 1\n';
    const asserts = 'assert f(2) == 2\nassert f(3) == 3\n';
    assert.equal(tasksOfSource('a.py', right + asserts)[0]?.reference, '\n    return x');
    assert.throws(() => tasksOfSource('a.py', right), /a\.py:10: expected three asserts or more about f/);
    assert.throws(() => tasksOfSource('a.py', `${right}${asserts}x = 1\n`), /a\.py:12: expected a function/);
    assert.throws(
      () => tasksOfSource('a.py', right.replace('# family: one\n', '')),
      /a\.py:3: expected a family/,
    );
    assert.throws(
      () => tasksOfSource('a.py', right.replace('"""Do."""', '')),
      /a\.py:5: expected a docstring/,
    );
  });
});

/** What an assert expects: the right side of its last comparison. */
function expectedBy(source: string): string {
  const found = /^assert .+ (?:==|is) (.+)$/.exec(source)?.[1];
  assert.ok(found !== undefined, source);
  return found;
}
