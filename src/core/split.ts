import type { Task } from '../protocol/task.ts';
import { keyOf, uniform } from './random.ts';

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
 * Divides tasks by family, so that near duplicates stay on one side; never holds out more than half. Families are taken
 * in an order that depends on the seed and their names alone, so the order of the tasks does not matter, and the
 * result keeps it. As a family goes whole, the count reached may fall short of the wish, never exceed it.
 */
export function splitTasks<T extends Pick<Task, 'family'>>(
  tasks: readonly T[],
  options: SplitOptions,
): Split<T> {
  const wish =
    options.heldOutCount ??
    (options.heldOutFraction === undefined
      ? Math.max(FEWEST_HELD_OUT, Math.round(tasks.length * DEFAULT_FRACTION))
      : Math.round(tasks.length * options.heldOutFraction));
  const target = Math.min(wish, Math.floor(tasks.length / 2));
  const sizes = new Map<string, number>();
  for (const task of tasks) sizes.set(task.family, (sizes.get(task.family) ?? 0) + 1);

  const heldOut = new Set<string>();
  let count = 0;
  for (const { family, size } of drawn(sizes, options.seed)) {
    if (count + size > target) continue;
    heldOut.add(family);
    count += size;
  }
  return {
    train: tasks.filter((task) => !heldOut.has(task.family)),
    heldOut: tasks.filter((task) => heldOut.has(task.family)),
  };
}

function drawn(sizes: ReadonlyMap<string, number>, seed: number): { family: string; size: number }[] {
  return [...sizes]
    .map(([family, size]) => ({ family, size, rank: uniform(seed, keyOf(family)) }))
    .sort((a, b) => a.rank - b.rank || (a.family < b.family ? -1 : 1));
}
