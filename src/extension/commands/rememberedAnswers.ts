import type { RunConfig } from '../../protocol/run.ts';

/** What the plan lets its user change. */
export type Answers = Pick<RunConfig, 'model' | 'rounds' | 'samples' | 'device' | 'skipTasks'>;

/** The settings, with what the user answered otherwise the last time. */
export function withRemembered(settings: Answers, remembered: Partial<Answers> | undefined): Answers {
  return { ...settings, ...remembered };
}

/** What is worth remembering: answers that are not what the settings say. A setting that changes later then counts. */
export function differing(answers: Answers, settings: Answers): Partial<Answers> {
  const changed = Object.entries(answers).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(settings[name as keyof Answers]),
  );
  return Object.fromEntries(changed);
}
