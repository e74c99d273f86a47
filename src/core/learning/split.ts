import type { Task } from '../../protocol/task.ts';
import { keyOf, uniform } from '../random.ts';

/** Tasks below which a comparison on the held-out side stays undecided (see the gate). */
const FEWEST_HELD_OUT = 20;
const DEFAULT_FRACTION = 0.3;

export interface SplitOptions {
  seed: number;
  /** Share of the tasks to hold out; by default the larger of 30 % and 20 tasks. */
  heldOutFraction?: number;
  /** Number of tasks to hold out; wins over the fraction. */
  heldOutCount?: number;
}

export interface Split<T> {
  train: T[];
  heldOut: T[];
}

/**
 * Divides tasks by family, so that near duplicates stay on one side; never holds out more than half. The families that
 * were changed last are held out; between those of one time, and where no times are known, the seed and their names
 * alone decide, so the order of the tasks does not matter, and the result keeps it. As a family goes whole, the
 * count reached may fall short of the wish, never exceed it.
 */
export function splitTasks<T extends Pick<Task, 'family' | 'changedAt'>>(
  tasks: readonly T[],
  options: SplitOptions,
): Split<T> {
  const wish =
    options.heldOutCount ??
    (options.heldOutFraction === undefined
      ? Math.max(FEWEST_HELD_OUT, Math.round(tasks.length * DEFAULT_FRACTION))
      : Math.round(tasks.length * options.heldOutFraction));
  const target = Math.min(wish, Math.floor(tasks.length / 2));
  const heldOut = new Set<string>();
  let count = 0;
  for (const { family, size } of ordered(tasks, options.seed)) {
    if (count + size > target) continue;
    heldOut.add(family);
    count += size;
  }
  return {
    train: tasks.filter((task) => !heldOut.has(task.family)),
    heldOut: tasks.filter((task) => heldOut.has(task.family)),
  };
}

/** Families, the newest first; one is as new as its newest task, and what has no time is newer than what has one. */
function ordered(
  tasks: readonly Pick<Task, 'family' | 'changedAt'>[],
  seed: number,
): { family: string; size: number }[] {
  return [...Map.groupBy(tasks, ({ family }) => family)]
    .map(([family, members]) => ({
      family,
      size: members.length,
      time: Math.max(...members.map(({ changedAt }) => changedAt ?? Number.MAX_SAFE_INTEGER)),
      rank: uniform(seed, keyOf(family)),
    }))
    .sort((a, b) => b.time - a.time || a.rank - b.rank || (a.family < b.family ? -1 : 1));
}
