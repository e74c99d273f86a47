import assert from 'node:assert/strict';
import { evaluate, outcomesOf } from '../../../../src/core/evaluation/passRates.ts';
import { keyOf, shuffled, stream, uniform } from '../../../../src/core/random.ts';
import {
  bootstrapMean,
  estimatePassAtK,
  pairedDifference,
  passAtK,
} from '../../../../src/core/evaluation/statistics.ts';
import type { TaskOutcome } from '../../../../src/core/evaluation/statistics.ts';
import type { Sample } from '../../../../src/protocol/run.ts';

describe('pass@k', () => {
  it('is the share of k-subsets that hold a pass', () => {
    for (let n = 1; n <= 7; n++) {
      for (let c = 0; c <= n; c++) {
        for (let k = 1; k <= n; k++) {
          const value = passAtK(n, c, k) ?? Number.NaN;
          assert.ok(Math.abs(value - counted(n, c, k)) < 1e-12, `${value} for ${n}, ${c}, ${k}`);
        }
      }
    }
  });

  it('is unknown with fewer samples than k', () => {
    assert.equal(passAtK(4, 2, 5), undefined);
    assert.equal(estimatePassAtK([outcome('a', 8, 1), outcome('b', 4, 1)], 8, 1), undefined);
    assert.equal(estimatePassAtK([], 1, 1), undefined);
  });
});

describe('intervals', () => {
  it('hold the mean, shrink with more tasks, and repeat with the seed', () => {
    const few = bootstrapMean([0, 0, 0, 1], 1);
    const many = bootstrapMean(
      Array.from({ length: 400 }, (_, index) => (index % 4 === 0 ? 1 : 0)),
      1,
    );
    assert.ok(few !== undefined && many !== undefined);
    assert.equal(few.value, 0.25);
    assert.equal(many.value, 0.25);
    for (const { value, low, high } of [few, many]) assert.ok(low <= value && value <= high);
    assert.ok(many.high - many.low < (few.high - few.low) / 3);
    assert.deepEqual(bootstrapMean([0, 0, 0, 1], 1), few);
    // Of the normal approximation: 1.96 standard errors to each side.
    const expected = 2 * 1.96 * Math.sqrt((0.25 * 0.75) / 400);
    assert.ok(Math.abs(many.high - many.low - expected) < expected / 5);
  });

  it('compare task by task', () => {
    const before = [outcome('a', 8, 0), outcome('b', 8, 8)];
    const after = [outcome('b', 8, 8), outcome('a', 8, 4)];
    assert.equal(pairedDifference(before, after, 1)?.value, 0.25);
    assert.throws(() => pairedDifference(before, [outcome('a', 8, 1)], 1), /different tasks/);
    assert.throws(() => pairedDifference(before, [outcome('a', 8, 1), outcome('c', 8, 1)], 1), /task c/);
  });
});

describe('an evaluation', () => {
  it('counts samples, tasks and errors, and leaves our own failures out of the rates', () => {
    const samples = [sample('a', 0, 'passed'), sample('a', 1, 'failed'), sample('b', 0, 'harness_error')];
    const stage = {
      round: 1,
      side: 'held-out',
      model: 'm',
      taskIds: ['a', 'b'],
      seed: 1,
      ks: [1, 8],
    } as const;
    const found = evaluate(stage, samples);
    assert.deepEqual([found.tasks, found.samples, found.passedSamples, found.passedTasks], [1, 3, 1, 1]);
    assert.equal(found.passAt['1']?.value, 0.5);
    assert.equal(found.passAt['8'], undefined);
    assert.deepEqual(found.errorTypes, { passed: 1, failed: 1, harness_error: 1 });
    assert.equal(found.tokensPerProgram, 10);
  });

  it('says how long programs ran and waited, where that is known', () => {
    const stage = { round: 0, side: 'train', model: 'm', taskIds: ['a'], seed: 1, ks: [1] } as const;
    const timed = Array.from({ length: 200 }, (_, index) => ({
      ...sample('a', index, 'passed'),
      durationMs: 200 - index,
      queueMs: index,
    }));
    // Our own failures did not run.
    const samples = [...timed, { ...sample('a', 200, 'harness_error'), durationMs: 9999 }];
    assert.deepEqual(evaluate(stage, samples).timing, {
      run: { p50: 101, p99: 198 },
      queue: { p50: 100, p99: 197 },
    });
    assert.equal(evaluate(stage, [sample('a', 0, 'passed')]).timing, undefined);
  });

  it('refuses samples of other tasks', () => {
    assert.throws(() => outcomesOf(['a'], [sample('b', 0, 'passed')]), /task b/);
  });
});

describe('random numbers', () => {
  it('are a function of their name alone, and spread evenly', () => {
    assert.equal(uniform(1, 2, 3), uniform(1, 2, 3));
    assert.notEqual(uniform(1, 2, 3), uniform(1, 3, 2));
    const counts = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 10_000; index++) {
      const bin = Math.floor(uniform(7, index) * 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 880 && count < 1120, counts.join());
    assert.equal(stream(5)(), stream(5)());
  });

  it('name tasks by FNV-1a', () => {
    // Published test values of the hash.
    assert.deepEqual([keyOf(''), keyOf('a'), keyOf('foobar')], [0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it('shuffle without losing anything', () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const order = shuffled(items, 3);
    assert.notDeepEqual(order, items);
    assert.deepEqual([...order].sort(), items);
  });
});

/** By going through all subsets; the first c samples passed. */
function counted(n: number, c: number, k: number): number {
  let subsets = 0;
  let good = 0;
  for (let bits = 0; bits < 1 << n; bits++) {
    const members = [...Array(n).keys()].filter((index) => (bits >> index) & 1);
    if (members.length !== k) continue;
    subsets += 1;
    good += members.some((index) => index < c) ? 1 : 0;
  }
  return good / subsets;
}

function outcome(taskId: string, samples: number, passed: number): TaskOutcome {
  return { taskId, samples, passed };
}

function sample(taskId: string, index: number, verdict: Sample['verdict']): Sample {
  return {
    taskId,
    sample: index,
    decoded: '',
    completion: '',
    verdict,
    errorType: verdict,
    feedback: '',
    checksPassed: 0,
    checksTotal: 1,
    hash: '',
    tokens: 10,
    finish: 'end',
    sealed: true,
    durationMs: 1,
  };
}
