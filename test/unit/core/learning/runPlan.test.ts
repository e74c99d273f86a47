import assert from 'node:assert/strict';
import { plannedWork } from '../../../../src/core/learning/runPlan.ts';
import { splitTasks } from '../../../../src/core/learning/split.ts';
import { bareTask } from '../../../support/tasks.ts';

describe('plannedWork', () => {
  const tasks = Array.from({ length: 100 }, (_, index) =>
    bareTask({ id: `t/${index}`, family: `family ${index}` }),
  );
  const choices = { skipTasks: [], rounds: 2, samples: 8, heldOutSamples: 4, measureTrain: false, seed: 3 };

  it('counts the programs of every stage, of held-out tasks with their own number', () => {
    const { train, heldOut, programs } = plannedWork(tasks, choices);
    assert.deepEqual([train.length, heldOut.length], [70, 30]);
    // sample/1, sample/2; evaluate/0, 1 and 2 of held-out tasks.
    assert.equal(programs, 2 * 70 * 8 + 3 * 30 * 4);
    // And evaluate/2/train.
    const measured = plannedWork(tasks, { ...choices, measureTrain: true });
    assert.equal(measured.programs, programs + 70 * 8);
  });

  it('splits what is left anew, as the run will', () => {
    const skipTasks = plannedWork(tasks, choices).heldOut.map(({ id }) => id);
    const { train, heldOut } = plannedWork(tasks, { ...choices, skipTasks });
    const left = tasks.filter(({ id }) => !skipTasks.includes(id));
    assert.deepEqual({ train, heldOut }, splitTasks(left, { seed: 3 }));
    assert.equal(heldOut.length, 21);
  });
});
