import type { RunConfig } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import { splitTasks, type Split } from './split.ts';

/** What of a configuration decides how much work a run is. */
export type PlannedAs = Pick<RunConfig, 'skipTasks' | 'rounds' | 'samples' | 'heldOutSamples' | 'seed'>;

/** A run's tasks as it would split them, without those taken out, and how many programs it would write. */
export function plannedWork<T extends Pick<Task, 'id' | 'family' | 'changedAt'>>(
  tasks: readonly T[],
  { skipTasks, rounds, samples, heldOutSamples, seed }: PlannedAs,
): Split<T> & { programs: number } {
  const skipped = new Set(skipTasks);
  const { train, heldOut } = splitTasks(
    tasks.filter(({ id }) => !skipped.has(id)),
    { seed },
  );
  // Each round samples the training tasks, which are asked once more at the end; held-out tasks are measured before
  // the first round and after each.
  const programs = (rounds + 1) * (train.length * samples + heldOut.length * heldOutSamples);
  return { train, heldOut, programs };
}
