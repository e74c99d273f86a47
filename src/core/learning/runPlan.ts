import type { RunConfig } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import { splitTasks, type Split } from './split.ts';

/** The part of a configuration that decides the amount of work. */
export type PlannedAs = Pick<
  RunConfig,
  'skipTasks' | 'rounds' | 'samples' | 'heldOutSamples' | 'measureTrain' | 'seed'
>;

/** The split of a run's tasks, without the skipped ones, and the number of programs that the run would write. */
export function plannedWork<T extends Pick<Task, 'id' | 'family' | 'changedAt'>>(
  tasks: readonly T[],
  { skipTasks, rounds, samples, heldOutSamples, measureTrain, seed }: PlannedAs,
): Split<T> & { programs: number } {
  const skipped = new Set(skipTasks);
  const { train, heldOut } = splitTasks(
    tasks.filter(({ id }) => !skipped.has(id)),
    { seed },
  );
  // Training tasks are sampled in each round, held-out tasks before the first round and after each.
  const sampled = rounds + (measureTrain || heldOut.length === 0 ? 1 : 0);
  const programs = sampled * train.length * samples + (rounds + 1) * heldOut.length * heldOutSamples;
  return { train, heldOut, programs };
}
