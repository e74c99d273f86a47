import assert from 'node:assert/strict';
import {
  amountFor,
  expectedSpeeds,
  FEWEST_SAMPLES,
  runPrograms,
  runSeconds,
  samplesForRound,
  standardRound,
  type Speeds,
} from '../../../../src/core/learning/budget.ts';

const COUNTS = { train: 70, heldOut: 30 };
const SPEEDS: Speeds = { sample: 0.5, measure: 1, train: 2, model: 60 };

describe('the time of a run', () => {
  it('counts the programs of every stage, of held-out tasks with their own number', () => {
    const amount = { rounds: 2, samples: 8, heldOutSamples: 4, measureTrain: false };
    // sample/1, sample/2; evaluate/0, 1 and 2 of held-out tasks.
    assert.deepEqual(runPrograms(amount, COUNTS), { sampled: 2 * 70 * 8, measured: 3 * 30 * 4 });
    assert.equal(runPrograms({ ...amount, looks: 3 }, COUNTS).measured, 3 * 3 * 30 * 4);
    // And evaluate/2/train, which a run without held-out tasks always does.
    assert.equal(runPrograms({ ...amount, measureTrain: true }, COUNTS).sampled, 3 * 70 * 8);
    assert.deepEqual(runPrograms(amount, { train: 5, heldOut: 0 }), { sampled: 3 * 5 * 8, measured: 0 });
    assert.equal(runSeconds(amount, COUNTS, SPEEDS), 1120 * 0.5 + 360 + 2 * (70 * 2.5) * 2 + 3 * 60);
    const fewer = { ...amount, samples: 2 };
    assert.equal(runSeconds(fewer, COUNTS, SPEEDS), 280 * 0.5 + 360 + 2 * 70 * 2 + 3 * 60, 'fewer texts');
  });

  it('fills the minutes that it is given, and never more', () => {
    let before = 0;
    for (const minutes of [20, 30, 60, 480]) {
      const { amount, enough } = amountFor(minutes * 60, COUNTS, SPEEDS);
      const seconds = runSeconds(amount, COUNTS, SPEEDS);
      assert.ok(enough && seconds <= minutes * 60, `${minutes} minutes`);
      assert.ok(seconds > before, 'more time, more work');
      assert.equal(amount.heldOutSamples, 8, 'a look is worth its time');
      if (minutes > 30) assert.equal(amount.looks, 3, 'the gate can decide');
      before = seconds;
    }
    const { amount } = amountFor(480 * 60, COUNTS, SPEEDS);
    assert.ok(amount.rounds > 1 && amount.samples >= 16);
  });

  it('measures less where time is short, and says when even that is too much', () => {
    const short = amountFor(13 * 60, COUNTS, SPEEDS);
    assert.ok(short.enough && short.amount.heldOutSamples < 8);
    const none = amountFor(60, COUNTS, SPEEDS);
    assert.deepEqual(none, {
      enough: false,
      amount: { rounds: 1, samples: FEWEST_SAMPLES, heldOutSamples: 2, looks: 1, measureTrain: false },
    });
  });

  it('gives a later round what is left, and ends the run where that is too little', () => {
    const planned = { rounds: 3, samples: 8, heldOutSamples: 8, measureTrain: false };
    const samples = (seconds: number): number | undefined =>
      samplesForRound({ seconds, rounds: 1 }, planned, COUNTS, SPEEDS);
    const rest = 30 * 8 + 60;
    assert.equal(samples(rest + 4 * 70 * 0.5 + 70 * 2 * 2), 4);
    assert.equal(samples(rest + 70 * 0.5), undefined);
    assert.equal(samples(1e6), 16, 'no more than pays');
    const looking = { ...planned, looks: 3 };
    const looks = 5 * 30 * 8 + 60;
    const seconds = looks + 4 * 70 * 0.5 + 70 * 2 * 2;
    assert.equal(samplesForRound({ seconds, rounds: 1 }, looking, COUNTS, SPEEDS), 4);
  });

  it('expects more time of a larger model, and less of a faster machine', () => {
    const laptop = { gflops: 80, accelerator: undefined };
    assert.ok(standardRound(494e6, laptop) > 2 * standardRound(134.5e6, laptop));
    assert.ok(standardRound(494e6, { ...laptop, gflops: 320 }) < standardRound(494e6, laptop) / 2);
    assert.ok(standardRound(1543e6, { ...laptop, accelerator: 'cuda' }) < standardRound(494e6, laptop));
    for (const seconds of Object.values(expectedSpeeds(494e6, laptop))) assert.ok(seconds > 0);
  });
});
