import assert from 'node:assert/strict';
import path from 'node:path';
import { EASY, easyTasks, sidesOf, tasksOfSource, wordsOf } from '../../../scripts/easyTasks.ts';
import { NEAR, nearest } from '../../../src/harvest/families.ts';
import { readTaskFile } from '../../../src/harvest/files.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { easyProgramSuite } from './easySuite.ts';

describe('the files of the easy tasks', function () {
  this.timeout(60_000);
  let tasks: Task[];

  before(async () => {
    tasks = await easyTasks();
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

easyProgramSuite('every tenth easy task', 10);
