import type { Objective, ObjectiveChoice } from '../../protocol/model.ts';

/** Share of passing programs below which failures taught no more than they cost (docs/results/learning.md). */
const FEW = 0.1;

/**
 * The objective of a round, which `auto` leaves to what the round has to learn from: the few programs that pass where they
 * are few, else both sides with their feedback, as without any that pass.
 */
export function chooseObjective(
  choice: ObjectiveChoice,
  { passes, failures }: { passes: number; failures: number },
): Objective {
  if (choice !== 'auto') return choice;
  return passes > 0 && passes < FEW * (passes + failures) ? 'rejection' : 'fcft';
}
