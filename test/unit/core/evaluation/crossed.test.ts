import assert from 'node:assert/strict';
import { crossedDifference, holm } from '../../../../src/core/evaluation/crossed.ts';
import { pairedDifference, type TaskOutcome } from '../../../../src/core/evaluation/statistics.ts';

const side = (passes: readonly number[]): TaskOutcome[] =>
  passes.map((passed, index) => ({ taskId: `t${index}`, samples: 8, passed }));
const TASKS = Array.from({ length: 40 }, (_, index) => index % 5);

describe('crossedDifference', () => {
  it('is the mean gain over seeds and tasks', () => {
    const found = crossedDifference([side([0, 4]), side([0, 4])], [side([4, 4]), side([8, 8])], 1);
    assert.equal(found?.value, (0.25 + 0.75) / 2);
  });

  it('is about the interval over tasks where all seeds agree', () => {
    const after = side(TASKS.map((passed, index) => passed + (index % 2)));
    const crossed = crossedDifference([side(TASKS), side(TASKS)], [after, after], 1);
    const paired = pairedDifference(side(TASKS), after, 1);
    assert.ok(crossed !== undefined && paired !== undefined);
    assert.equal(crossed.value, paired.value);
    assert.ok(Math.abs(crossed.low - paired.low) < 0.01 && Math.abs(crossed.high - paired.high) < 0.01);
    assert.ok(crossed.chance < 0.01);
  });

  it('is wider where seeds disagree, though their tasks pooled are the same', () => {
    const base = [side(TASKS), side(TASKS)];
    const [good, bad] = [side(TASKS.map((one) => one + 3)), side(TASKS.map((one) => Math.max(0, one - 1)))];
    const crossed = crossedDifference(base, [good, bad], 1);
    assert.ok(crossed !== undefined);
    assert.ok(crossed.low < 0 && crossed.high > 0.3, JSON.stringify(crossed));
    assert.ok(crossed.chance > 0.05);
  });

  it('takes a first side with fewer seeds as known', () => {
    const found = crossedDifference([side([2, 2])], [side([4, 4]), side([4, 4])], 1);
    assert.deepEqual([found?.value, found?.low, found?.high], [0.25, 0.25, 0.25]);
  });

  it('is unknown while a seed lacks a task, and without results', () => {
    assert.equal(crossedDifference([side([1, 2])], [side([1])], 1), undefined);
    assert.equal(crossedDifference([side([1])], [], 1), undefined);
    assert.equal(crossedDifference([], [side([1])], 1), undefined);
  });
});

describe('holm', () => {
  it('multiplies the least chance by the number of comparisons, the next by one less, and never falls', () => {
    assert.deepEqual(holm([0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
    assert.deepEqual(holm([0.5, 0.9]), [1, 1]);
    assert.deepEqual(holm([]), []);
  });
});
