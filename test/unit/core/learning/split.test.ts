import assert from 'node:assert/strict';
import { splitTasks, splitWithout } from '../../../../src/core/learning/split.ts';
import { assignFamilies, nearest } from '../../../../src/harvest/families.ts';
import type { Task } from '../../../../src/protocol/task.ts';
import { bareTask } from '../../../support/tasks.ts';

function task(id: number, family = `family ${id}`): Task {
  return bareTask({ id: `t/${id}`, family });
}
const many = (count: number): Task[] => Array.from({ length: count }, (_, index) => task(index));
const ids = (tasks: readonly Task[]): string[] => tasks.map(({ id }) => id).sort();

describe('splitTasks', () => {
  it('holds out 30 %, at least 20, never more than half', () => {
    for (const [count, expected] of [
      [100, 30],
      [50, 20],
      [30, 15],
      [1, 0],
      [0, 0],
    ] as const) {
      const { train, heldOut } = splitTasks(many(count), { seed: 1 });
      assert.equal(heldOut.length, expected, `${count} tasks`);
      assert.equal(train.length, count - expected);
    }
  });

  it('follows a wish', () => {
    assert.equal(splitTasks(many(100), { seed: 1, heldOutCount: 7 }).heldOut.length, 7);
    assert.equal(splitTasks(many(100), { seed: 1, heldOutFraction: 0.1 }).heldOut.length, 10);
    assert.equal(splitTasks(many(100), { seed: 1, heldOutCount: 90 }).heldOut.length, 50);
  });

  it('depends on the seed and not on the order', () => {
    const tasks = many(60);
    const first = splitTasks(tasks, { seed: 1 });
    assert.deepEqual(ids(splitTasks([...tasks].reverse(), { seed: 1 }).heldOut), ids(first.heldOut));
    assert.notDeepEqual(ids(splitTasks(tasks, { seed: 2 }).heldOut), ids(first.heldOut));
  });

  it('holds out what was changed last, and what is not committed yet before that', () => {
    const dated: Task[] = many(40).map((one, index) => ({ ...one, changedAt: 1000 + ((index * 7) % 40) }));
    dated[3] = task(3);
    const timeOf = ({ changedAt }: Task): number => changedAt ?? Infinity;
    for (const seed of [1, 2]) {
      const { train, heldOut } = splitTasks(dated, { seed, heldOutCount: 10 });
      assert.equal(heldOut.length, 10);
      assert.ok(heldOut.includes(dated[3]));
      assert.ok(Math.min(...heldOut.map(timeOf)) > Math.max(...train.map(timeOf)));
    }
  });

  it('takes a family for as new as its newest task, and draws between those of one time', () => {
    const tasks = many(30).map((one) => ({ ...one, changedAt: 1 }));
    assert.deepEqual(
      ids(splitTasks(tasks, { seed: 5 }).heldOut),
      ids(splitTasks(many(30), { seed: 5 }).heldOut),
    );
    tasks.push({ ...task(30, 'family 4'), changedAt: 9 });
    const held = ids(splitTasks(tasks, { seed: 5, heldOutCount: 2 }).heldOut);
    assert.deepEqual(held, ['t/30', 't/4']);
  });

  it('splits what is left anew without the skipped tasks', () => {
    const tasks = Array.from({ length: 100 }, (_, index) =>
      bareTask({ id: `t/${index}`, family: `family ${index}` }),
    );
    const skipTasks = splitWithout(tasks, { skipTasks: [], seed: 3 }).heldOut.map(({ id }) => id);
    const left = tasks.filter(({ id }) => !skipTasks.includes(id));
    const split = splitWithout(tasks, { skipTasks, seed: 3 });
    assert.deepEqual(split, splitTasks(left, { seed: 3 }));
    assert.equal(split.heldOut.length, 21);
  });

  it('never parts a family', () => {
    const tasks = Array.from({ length: 90 }, (_, index) => task(index, `family ${index % 30}`));
    for (let seed = 0; seed < 20; seed++) {
      const { train, heldOut } = splitTasks(tasks, { seed });
      assert.equal(train.length + heldOut.length, 90);
      assert.ok(heldOut.length >= 25 && heldOut.length <= 27);
      const held = new Set(heldOut.map(({ family }) => family));
      assert.ok(train.every(({ family }) => !held.has(family)));
    }
  });
});

describe('assignFamilies', () => {
  const body = (name: string): string =>
    `def ${name}(items):\n    total = 0\n    for item in items:\n        total += item\n    return total`;

  it('unites texts that differ in little, and equal templates, whatever the order', () => {
    const members = [
      { id: 'a', text: body('add_all') },
      { id: 'b', text: 'def shout(text):\n    return text.upper() + "!"', keys: ['w', 'x'] },
      { id: 'c', text: body('sum_up') },
      { id: 'd', text: 'return 1', keys: ['x'] },
      { id: 'e', text: 'while True: pass' },
    ];
    const families = assignFamilies(members);
    assert.equal(families.get('a'), families.get('c'));
    assert.equal(families.get('b'), families.get('d'));
    assert.equal(new Set(families.values()).size, 3);
    const reversed = assignFamilies([...members].reverse());
    for (const { id } of members) assert.equal(reversed.get(id), families.get(id));
  });

  it('unites through a third', () => {
    const words = (from: number): string =>
      Array.from({ length: 40 }, (_, index) => `w${from + index}`).join(' ');
    const families = assignFamilies([
      { id: 'a', text: words(0) },
      { id: 'c', text: words(12) },
      { id: 'b', text: words(6) },
    ]);
    assert.equal(new Set(families.values()).size, 1);
    assert.equal(
      new Set(
        assignFamilies([
          { id: 'a', text: words(0) },
          { id: 'c', text: words(12) },
        ]).values(),
      ).size,
      2,
    );
  });
});

describe('nearest', () => {
  it('finds the text with most in common, and its share', () => {
    const others = ['x y z', 'return a + b + c', 'return a + b'];
    assert.deepEqual(nearest(['return a + b', 'a + b + d', 'q'], others), [
      { index: 2, share: 1 },
      { index: 1, share: 2 / 5 },
      { index: 0, share: 0 },
    ]);
    assert.deepEqual(nearest(['a'], []), [{ index: -1, share: 0 }]);
  });
});
