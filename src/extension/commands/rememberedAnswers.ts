import type { z } from 'zod';
import { RunConfig } from '../../protocol/run.ts';

/** The choices that the user can change in the plan. */
const Answers = RunConfig.pick({
  model: true,
  minutes: true,
  rounds: true,
  samples: true,
  device: true,
  skipTasks: true,
});
export type Answers = z.infer<typeof Answers>;

/** The settings, overridden by the answers of the last plan. Answers that another version stored and that no longer fit are dropped. */
export function withRemembered(settings: Answers, remembered: unknown): Answers {
  const known = Answers.partial().safeParse(remembered ?? {});
  return known.success ? Answers.parse({ ...settings, ...known.data }) : settings;
}

/**
 * The answers that differ from the settings. Equal ones are not remembered, so that a later change of the setting
 * applies.
 */
export function differing(answers: Answers, settings: Answers): Partial<Answers> {
  const changed = Object.entries(answers).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(settings[name as keyof Answers]),
  );
  return Object.fromEntries(changed);
}
