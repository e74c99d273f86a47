import type { Objective, ObjectiveChoice } from '../../protocol/model.ts';

/**
 * The objective of a round, which `auto` leaves to what the round has to learn from: passing programs are the better
 * teachers while a model of this size writes few of them (docs/results/learning.md); without any, the feedback of failures is all there is.
 */
export function chooseObjective(choice: ObjectiveChoice, round: { passes: number }): Objective {
  if (choice !== 'auto') return choice;
  return round.passes === 0 ? 'fcft' : 'rejection';
}
