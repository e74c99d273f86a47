import type { RunConfig } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import { keyOf, uniform } from '../random.ts';

/** With fewer held-out tasks the gate stays undecided. */
const FEWEST_HELD_OUT = 20;
const DEFAULT_FRACTION = 0.3;

export interface SplitOptions {
  seed: number;
  /** Share of the tasks to hold out. The default is the larger of 30 % and 20 tasks. */
  heldOutFraction?: number;
  /** Number of tasks to hold out; wins over the fraction. */
  heldOutCount?: number;
}

export interface Split<T> {
  train: T[];
  heldOut: T[];
}

/**
 * Divides tasks by family, so that near duplicates stay on one side. Never holds out more than half. The families with the
 * latest changes are held out. Among families of one time or without a time, the seed and the family's name decide. The
 * order of the tasks has no influence, and both sides keep it. A family stays whole, so the held-out tasks may be fewer
 * than wished, never more.
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

/** The split of the tasks that a run has without the skipped ones. */
export function splitWithout<T extends Pick<Task, 'id' | 'family' | 'changedAt'>>(
  tasks: readonly T[],
  { skipTasks, seed }: Pick<RunConfig, 'skipTasks' | 'seed'>,
): Split<T> {
  const skipped = new Set(skipTasks);
  return splitTasks(
    tasks.filter(({ id }) => !skipped.has(id)),
    { seed },
  );
}

/** Families, the newest first. A family is as new as its newest task. A task without a time is the newest. */
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
