import assert from 'node:assert/strict';
import { shownProgram } from '../../../../src/core/text/program.ts';
import { byChange, phaseLabel, stageLabel, taskChange } from '../../../../src/core/evaluation/taskHistory.ts';
import type { TaskHistory } from '../../../../src/protocol/backend.ts';

const history = (id: string, ...passed: number[]): TaskHistory => {
  const points = passed.map((count, stage) => ({ stage: String(stage), samples: 4, passed: count }));
  const change = taskChange(points);
  return { id, side: 'train', points, ...(change === undefined ? {} : { change }) };
};

describe("a task's history", () => {
  it('compares the first stage with the last', () => {
    assert.equal(history('a', 2, 0).change, 'regressed');
    assert.equal(history('a', 0, 3, 1).change, 'newly fixed');
    assert.equal(history('a', 1, 4).change, 'flaky');
    assert.equal(history('a', 0, 1, 0).change, 'flaky');
    assert.equal(history('a', 0, 0).change, 'always failing');
    assert.equal(history('a', 4, 4).change, 'always passing');
    assert.equal(history('a').change, undefined);
    assert.equal(taskChange([{ stage: 's', samples: 0, passed: 0 }]), undefined);
  });

  it('puts regressions first, and tasks of a kind in the order of their ids', () => {
    const histories = [
      history('d', 0, 0),
      history('c', 0, 1),
      history('b', 1, 0),
      history('a', 0, 0),
      history('e'),
    ];
    assert.deepEqual(
      histories.sort(byChange).map(({ id }) => id),
      ['b', 'c', 'a', 'd', 'e'],
    );
  });

  it('has words for every stage', () => {
    assert.equal(stageLabel('sample/2'), 'sampled in round 2');
    assert.equal(stageLabel('use/2'), 'from completions, in round 2');
    assert.equal(stageLabel('evaluate/0/held-out'), 'before training');
    assert.equal(stageLabel('evaluate/3/train/samples'), 'after round 3');
    assert.equal(stageLabel('else'), 'else');
    assert.equal(phaseLabel('evaluate/0/held-out'), 'test tasks, before training');
    assert.equal(phaseLabel('evaluate/1/train/samples'), 'training tasks, after round 1');
    assert.equal(phaseLabel('sample/2'), 'training tasks, sampled in round 2');
    assert.equal(phaseLabel('train/2'), 'training in round 2');
    assert.equal(phaseLabel('trainer environment'), 'trainer environment');
  });
});

describe('a program as it is shown', () => {
  it('begins a body on a line of its own, as its feedback counts', () => {
    assert.equal(shownProgram({ prefix: 'def f():', hole: 'body' }, 'pass\n'), 'def f():\npass');
    assert.equal(shownProgram({ prefix: 'def f():', hole: 'body' }, '\n    pass\n'), 'def f():\n    pass');
    assert.equal(shownProgram({ prefix: 'def f(', hole: 'function' }, 'x): pass'), 'def f(x): pass');
    assert.equal(shownProgram({ prefix: 'def f(): return g(', hole: 'body' }, '1)'), 'def f(): return g(1)');
  });
});
