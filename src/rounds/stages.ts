import type { Side } from '../protocol/run.ts';

/** Names of a run's stages; stored, so they never change their meaning. Round 0 is the base model. */
export const stages = {
  evaluate: (round: number, side: Side): string => `evaluate/${round}/${side}`,
  sample: (round: number): string => `sample/${round}`,
  /** Programs that were shown as completions, run before the round's training. */
  use: (round: number): string => `use/${round}`,
  /** Changed references, run before the first training that wants them. */
  mutants: 'mutants',
  train: (round: number): string => `train/${round}`,
  gate: (round: number): string => `gate/${round}`,
};
