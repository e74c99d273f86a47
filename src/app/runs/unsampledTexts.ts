import { bodyOfRecorded, taskOfRecorded } from '../../core/learning/recordedCompletion.ts';
import type { Sample } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import type { RecordedCompletion } from '../../protocol/recordedCompletion.ts';
import { renderFeedback } from '../../core/text/feedback.ts';
import type { Executor } from '../../execution/executor.ts';
import { type FeedbackPreset, limitsOf } from '../../protocol/execution.ts';
import { ProgramRunner } from './collect.ts';

/** A text of a task's program that no sampler wrote; `shown` is what stood in the editor, if it did. */
export interface UnsampledText {
  task: Task;
  text: string;
  shown?: string;
}

export interface RunTextsOptions {
  timeoutSeconds: number;
  feedback: FeedbackPreset;
}

export interface RunTextsServices {
  executor: Executor;
  countTokens: (text: string) => number;
  signal: AbortSignal;
}

/** Runs texts as sampled programs are run. Programs that are one by their syntax tree are one sample, the first. */
export async function runTexts(
  texts: readonly UnsampledText[],
  { timeoutSeconds, feedback }: RunTextsOptions,
  { executor, countTokens, signal }: RunTextsServices,
): Promise<Sample[]> {
  const runner = new ProgramRunner(
    executor,
    limitsOf(timeoutSeconds),
    (program, result) => renderFeedback(program, result, countTokens, feedback),
    signal,
  );
  const samples = await Promise.all(
    texts.map(async ({ task, text, shown = text }, index) => {
      const written = { key: 0, sample: index, text, tokens: countTokens(shown), finish: 'stop' } as const;
      return { ...(await runner.run(task, written)), decoded: shown };
    }),
  );
  const programs = new Map<string, Sample>();
  for (const sample of samples) {
    const key = `${sample.taskId}\n${sample.hash}`;
    if (!programs.has(key)) programs.set(key, sample);
  }
  return [...programs.values()];
}

export interface RecordedRequest extends RunTextsOptions {
  /** Training tasks alone: what was written for others is left out. */
  tasks: readonly Task[];
  records: readonly RecordedCompletion[];
}

/** Runs what was shown as completions of the tasks' functions; texts that the records hold twice are one. */
export async function recordedSamples(
  { tasks, records, ...options }: RecordedRequest,
  services: RunTextsServices,
): Promise<Sample[]> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const programs = new Map<string, UnsampledText>();
  for (const record of records) {
    const task = byId.get(taskOfRecorded(record) ?? '');
    const text = task === undefined ? undefined : bodyOfRecorded(task, record);
    if (task === undefined || text === undefined) continue;
    programs.set(`${task.id}\n${text}`, { task, shown: record.shown, text });
  }
  return await runTexts([...programs.values()], options, services);
}
