import type { Objective, ObjectiveChoice } from '../../../protocol/model.ts';

/**
 * The objective of a round, which `auto` leaves to what the round has to learn from: the programs that pass, which the
 * validation tasks chose (docs/results/learning.md), or failures with their feedback where none passes.
 */
export function chooseObjective(choice: ObjectiveChoice, { passes }: { passes: number }): Objective {
  if (choice !== 'auto') return choice;
  return passes > 0 ? 'rejection' : 'fcft';
}
