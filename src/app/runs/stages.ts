import type { Side } from '../../protocol/run.ts';

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

/** What all runs with the same first samples have in common. */
export const FIRST_SAMPLES: readonly string[] = [
  stages.evaluate(0, 'held-out'),
  stages.sample(1),
  stages.evaluate(0, 'train'),
];

/** What all runs have in common that are alike until their second training. */
export const FIRST_ROUND: readonly string[] = [
  ...FIRST_SAMPLES,
  stages.train(1),
  stages.evaluate(1, 'held-out'),
  stages.gate(1),
  stages.sample(2),
  stages.evaluate(1, 'train'),
];
