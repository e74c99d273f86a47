import assert from 'node:assert/strict';
import {
  decide,
  detectableGain,
  GATE_FAMILIES,
  gainInterval,
  MOST_LOOKS,
  pairsOf,
  type TaskPair,
} from '../../../../src/core/evaluation/gate.ts';
import { normalQuantile, studentQuantile } from '../../../../src/core/evaluation/student.ts';

const SAMPLES = 8;

/** Pairs of tasks by their passes before and after, each of its own family unless one is named. */
function pairs(
  counts: readonly (readonly [before: number, after: number])[],
  family = (index: number): string => String(index),
): TaskPair[] {
  return counts.map(([before, after], index) => ({
    family: family(index),
    before: { taskId: String(index), samples: SAMPLES, passed: before },
    after: { taskId: String(index), samples: SAMPLES, passed: after },
  }));
}

const repeated = (
  cycle: readonly (readonly [number, number])[],
  count: number,
): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, index) => cycle[index % cycle.length] ?? [0, 0]);

describe('the gate', () => {
  it('promotes a gain whose interval lies above 0', () => {
    const { decision, reason, difference } = decide(
      pairs(
        repeated(
          [
            [2, 4],
            [2, 2],
          ],
          40,
        ),
      ),
      1,
      MOST_LOOKS,
    );
    assert.equal(decision, 'promote');
    assert.match(reason, /^more held-out programs pass: \+12\.5 points \(\+\d/);
    assert.ok(difference !== undefined && difference.low > 0);
  });

  it('refuses a loss at once, and models that answer alike', () => {
    assert.match(
      decide(
        pairs(
          repeated(
            [
              [4, 2],
              [4, 4],
            ],
            40,
          ),
        ),
        1,
        3,
      ).reason,
      /no more .* -12\.5 points/,
    );
    assert.equal(decide(pairs(repeated([[4, 4]], 40)), 1, 3).decision, 'refuse');
  });

  it('looks again while the gain may be chance, and refuses at the end where none was seen', () => {
    const perhaps = pairs(
      repeated(
        [
          [2, 5],
          [4, 3],
          [3, 3],
        ],
        12,
      ),
    );
    assert.equal(decide(perhaps, 1, 3).decision, 'undecided');
    assert.equal(decide(perhaps, 3, 3).decision, 'undecided');
    const hardly = pairs(
      repeated(
        [
          [5, 2],
          [3, 4],
          [3, 3],
        ],
        12,
      ),
    );
    assert.equal(decide(hardly, 1, 3).decision, 'undecided');
    assert.match(decide(hardly, 3, 3).reason, /no gain was seen/);
  });

  it('narrows its interval from look to look, and spends at the last what is left', () => {
    const some = pairs(
      repeated(
        [
          [2, 4],
          [3, 2],
        ],
        20,
      ),
    );
    const width = (look: number, looks: number): number => {
      const interval = gainInterval(some, look, looks);
      assert.ok(interval !== undefined);
      return interval.high - interval.low;
    };
    assert.ok(width(1, 3) > width(2, 3) && width(2, 3) > width(3, 3));
    assert.ok(width(1, 1) < width(3, 3), 'one look alone spends everything');
  });

  it('counts families, not tasks: tasks of one family gain together', () => {
    const cycle = repeated(
      [
        [2, 5],
        [3, 2],
        [4, 5],
      ],
      24,
    );
    const apart = gainInterval(pairs(cycle), 3, 3);
    const together = gainInterval(
      pairs(cycle, (index) => String(index % 12)),
      3,
      3,
    );
    assert.ok(apart !== undefined && together !== undefined);
    assert.equal(apart.value, together.value);
    assert.ok(together.high - together.low > apart.high - apart.low);
  });

  it('decides nothing with too few families', () => {
    const { decision, reason } = decide(pairs(repeated([[0, 8]], GATE_FAMILIES - 1)), 3, 3);
    assert.equal(decision, 'undecided');
    assert.match(reason, /too few to tell, 6 are needed/);
    assert.equal(decide([], 1, 1).decision, 'undecided');
  });

  it('leaves a task out whose programs could not be run on one side', () => {
    const outcome = (taskId: string): TaskPair['before'] => ({ taskId, samples: 8, passed: 1 });
    const tasks = [
      { id: 'a', family: 'f' },
      { id: 'b', family: 'f' },
      { id: 'c', family: 'g' },
    ];
    const found = pairsOf(tasks, [outcome('a'), outcome('c')], [outcome('b'), outcome('c')]);
    assert.deepEqual(found, [{ family: 'g', before: outcome('c'), after: outcome('c') }]);
  });

  it('says before a run what gain it can show: less with more tasks and more programs', () => {
    const gain = (families: number, samples: number): number => {
      const found = detectableGain(families, samples);
      assert.ok(found !== undefined);
      return found;
    };
    assert.ok(gain(25, 24) > 0.08 && gain(25, 24) < 0.1);
    assert.ok(gain(50, 24) < gain(25, 24) && gain(25, 24) < gain(25, 8));
    assert.equal(detectableGain(GATE_FAMILIES - 1, 24), undefined);
  });
});

describe('quantiles', () => {
  it('are those of the tables', () => {
    for (const [p, value] of [
      [0.975, 1.95996],
      [0.99, 2.32635],
      [0.5, 0],
      [0.025, -1.95996],
    ] as const)
      assert.ok(Math.abs(normalQuantile(p) - value) < 5e-4, String(p));
    for (const [p, freedom, value] of [
      [0.975, 5, 2.571],
      [0.99, 5, 3.365],
      [0.975, 24, 2.064],
      [0.8, 24, 0.857],
      [0.99, 9, 2.821],
    ] as const)
      assert.ok(Math.abs(studentQuantile(p, freedom) / value - 1) < 0.01, `${p} with ${freedom}`);
  });
});
