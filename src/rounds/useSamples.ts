import { completionOfUse, taskOfUse } from '../core/usedSample.ts';
import type { Sample } from '../protocol/run.ts';
import type { Task } from '../protocol/task.ts';
import type { UsedCompletion } from '../protocol/use.ts';
import { runTexts, type GivenText, type RunTextsOptions, type RunTextsServices } from './runTexts.ts';

export interface UseRequest extends RunTextsOptions {
  /** Training tasks alone: what was written for others is left out. */
  tasks: readonly Task[];
  records: readonly UsedCompletion[];
}

/** Runs what was shown as completions of the tasks' functions; texts that the records hold twice are one. */
export async function useSamples(
  { tasks, records, ...options }: UseRequest,
  services: RunTextsServices,
): Promise<Sample[]> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const programs = new Map<string, GivenText>();
  for (const record of records) {
    const task = byId.get(taskOfUse(record) ?? '');
    const text = task === undefined ? undefined : completionOfUse(task, record);
    if (task === undefined || text === undefined) continue;
    programs.set(`${task.id}\n${text}`, { task, shown: record.shown, text });
  }
  return await runTexts([...programs.values()], options, services);
}
