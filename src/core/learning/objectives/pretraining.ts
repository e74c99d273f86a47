import { mixExamples } from '../continuedPretraining.ts';
import type { ObjectiveDefinition } from './objective.ts';

/** Half of all texts are pieces, so as many pieces as samples. */
const HALF = 0.5;

/** Only continued pre-training: plain Python source, no sample. A control for what the regulariser does alone. */
export const pretraining: ObjectiveDefinition = {
  condition: 'none',
  trainsWithoutPasses: true,
  examples: ({ pretraining: sources, samples, seed }) => mixExamples(sources, samples.length, HALF, seed),
};
