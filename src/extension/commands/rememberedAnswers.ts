import type { z } from 'zod';
import { RunConfig } from '../../protocol/run.ts';

/** What the plan lets its user change. */
const Answers = RunConfig.pick({ model: true, rounds: true, samples: true, device: true, skipTasks: true });
export type Answers = z.infer<typeof Answers>;

/** The settings, with the answers of the last time. What another version stored and no longer fits is forgotten. */
export function withRemembered(settings: Answers, remembered: unknown): Answers {
  const known = Answers.partial().safeParse(remembered ?? {});
  return known.success ? Answers.parse({ ...settings, ...known.data }) : settings;
}

/** What is worth remembering: answers that are not what the settings say. A setting that changes later then counts. */
export function differing(answers: Answers, settings: Answers): Partial<Answers> {
  const changed = Object.entries(answers).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(settings[name as keyof Answers]),
  );
  return Object.fromEntries(changed);
}
