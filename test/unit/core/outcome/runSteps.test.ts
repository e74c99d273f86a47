import assert from 'node:assert/strict';
import { runSeconds } from '../../../../src/core/learning/budget.ts';
import { plannedSteps, positionLine, RunSteps } from '../../../../src/core/outcome/runSteps.ts';
import type { RunEvent } from '../../../../src/protocol/run.ts';

const speeds = { sample: 1, measure: 0.5, train: 2, model: 30 };
const amount = { rounds: 2, samples: 4, heldOutSamples: 8, looks: 1, measureTrain: false };
const counts = { train: 20, heldOut: 10 };
const progress = (phase: string, done: number, total: number, seconds: number): RunEvent => ({
  ...{ event: 'progress', phase, done, total, seconds },
  programs: done,
});

describe('the steps of a run', () => {
  it('take as long as the run, each its part', () => {
    const steps = plannedSteps(amount, counts, speeds);
    assert.deepEqual(
      steps.map(({ phase }) => phase),
      [
        'evaluate/0/held-out',
        ...['sample/1', 'train/1', 'evaluate/1/held-out'],
        ...['sample/2', 'train/2', 'evaluate/2/held-out'],
      ],
    );
    const sum = steps.reduce((total, { seconds }) => total + seconds, 0);
    assert.ok(Math.abs(sum - runSeconds(amount, counts, speeds)) < 1e-6);
    const untested = plannedSteps({ ...amount, rounds: 1 }, { train: 20, heldOut: 0 }, speeds);
    assert.deepEqual(
      untested.map(({ phase }) => phase),
      ['sample/1', 'train/1', 'evaluate/train'],
    );
  });

  it('are told before a time is, and the time once enough was measured', () => {
    const run = new RunSteps();
    assert.equal(run.position(), undefined);
    run.hear({
      event: 'steps',
      steps: [
        { phase: 'evaluate/0/held-out', seconds: 100 },
        { phase: 'sample/1', seconds: 100 },
        { phase: 'train/1', seconds: 200 },
      ],
    });
    const line = (): string => positionLine(run.position() ?? assert.fail('the steps are known'));
    assert.equal(line(), 'Step 1 of 3: test tasks, before training');
    run.hear(progress('evaluate/0/held-out', 1, 100, 25));
    assert.equal(line(), 'Step 1 of 3: test tasks, before training · 1 of 100', 'one of 100 says nothing');
    // Twice as slow as expected: 350 expected seconds are left.
    run.hear(progress('evaluate/0/held-out', 50, 100, 100));
    assert.equal(line(), 'Step 1 of 3: test tasks, before training · 50 of 100 · about 12 min left');
    assert.equal(run.position()?.share, 50 / 400);
  });

  it('go on where a finished one is not done again, and never go back', () => {
    const run = new RunSteps();
    run.hear({ event: 'steps', steps: plannedSteps(amount, counts, speeds) });
    const training = { model: 'm' } as Extract<RunEvent, { event: 'training' }>['training'];
    run.hear({ event: 'training', round: 1, training });
    assert.deepEqual([run.position()?.step, run.position()?.steps], [4, 7]);
    run.hear(progress('evaluate/1/held-out', 3, 80, 5));
    // The second look of the gate begins with the model of before.
    run.hear(progress('evaluate/0/held-out', 1, 80, 1));
    assert.equal(run.position()?.step, 4);
    assert.equal(run.position()?.amount, '3 of 80');
  });
});
