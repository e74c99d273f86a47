import type { Task } from '../protocol/task.ts';

/**
 * Tasks grouped into batches of at most `rows` programs, `samples` for each task. A function of the task order
 * alone, so that a resumed run finds the same batches.
 */
export function planBatches(tasks: readonly Task[], samples: number, rows: number): Task[][] {
  const perBatch = Math.max(1, Math.floor(rows / samples));
  const batches: Task[][] = [];
  for (let start = 0; start < tasks.length; start += perBatch) {
    batches.push(tasks.slice(start, start + perBatch));
  }
  return batches;
}
