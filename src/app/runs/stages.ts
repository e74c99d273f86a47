import type { Side } from '../../protocol/run.ts';

/** Names of a run's stages; stored, so they never change their meaning. Round 0 is the base model. */
export const stages = {
  evaluate: (round: number, side: Side): string => `evaluate/${round}/${side}`,
  sample: (round: number): string => `sample/${round}`,
  /** What a round of a run with a time limit does. */
  amount: (round: number): string => `amount/${round}`,
  /** Programs that were shown as completions, run before the round's training. */
  use: (round: number): string => `use/${round}`,
  /** Whether the gate takes another look. */
  look: (round: number, look: number): string => `look/${round}/${look}`,
  train: (round: number): string => `train/${round}`,
  gate: (round: number): string => `gate/${round}`,
};

/** The stages before the first training. Runs that sample alike until then share them. */
export const FIRST_SAMPLES: readonly string[] = [
  stages.evaluate(0, 'held-out'),
  stages.sample(1),
  stages.evaluate(0, 'train'),
];
