import { renderFeedback } from '../core/feedback.ts';
import type { Executor } from '../execution/executor.ts';
import type { FeedbackPreset } from '../protocol/execution.ts';
import type { Sample } from '../protocol/run.ts';
import type { Task } from '../protocol/task.ts';
import { ProgramRunner } from './collect.ts';
import { limitsOf } from './limits.ts';

/** A text of a task's program that no sampler wrote; `shown` is what stood in the editor, if it did. */
export interface GivenText {
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
  texts: readonly GivenText[],
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
