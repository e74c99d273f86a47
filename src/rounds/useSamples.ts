import { renderFeedback } from '../core/feedback.ts';
import { completionOfUse, taskOfUse } from '../core/usedSample.ts';
import type { Executor } from '../execution/executor.ts';
import type { FeedbackPreset } from '../protocol/execution.ts';
import type { Sample } from '../protocol/run.ts';
import type { Task } from '../protocol/task.ts';
import type { UsedCompletion } from '../protocol/use.ts';
import { ProgramRunner } from './collect.ts';
import { limitsOf } from './limits.ts';

export interface UseRequest {
  /** Training tasks alone: what was written for others is left out. */
  tasks: readonly Task[];
  records: readonly UsedCompletion[];
  timeoutSeconds: number;
  feedback: FeedbackPreset;
}

export interface UseServices {
  executor: Executor;
  countTokens: (text: string) => number;
  signal: AbortSignal;
}

/**
 * Runs what was shown as completions of the tasks' functions, as sampled programs are run. Programs that are one by
 * their syntax tree are one sample, and so are texts that the records hold twice.
 */
export async function useSamples(
  { tasks, records, timeoutSeconds, feedback }: UseRequest,
  { executor, countTokens, signal }: UseServices,
): Promise<Sample[]> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const programs = new Map<string, { task: Task; shown: string; text: string }>();
  for (const record of records) {
    const task = byId.get(taskOfUse(record) ?? '');
    const text = task === undefined ? undefined : completionOfUse(task, record);
    if (task === undefined || text === undefined) continue;
    programs.set(`${task.id}\n${text}`, { task, shown: record.shown, text });
  }
  const runner = new ProgramRunner(
    executor,
    limitsOf(timeoutSeconds),
    (program, result) => renderFeedback(program, result, countTokens, feedback),
    signal,
  );
  const samples = await Promise.all(
    [...programs.values()].map(async ({ task, shown, text }, index) => {
      const written = { key: 0, sample: index, text, tokens: countTokens(shown), finish: 'stop' } as const;
      return { ...(await runner.run(task, written)), decoded: shown };
    }),
  );
  return distinct(samples);
}

function distinct(samples: readonly Sample[]): Sample[] {
  const programs = new Map<string, Sample>();
  for (const sample of samples) {
    const key = `${sample.taskId}\n${sample.hash}`;
    if (!programs.has(key)) programs.set(key, sample);
  }
  return [...programs.values()];
}
