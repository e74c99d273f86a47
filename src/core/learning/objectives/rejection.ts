import type { ObjectiveDefinition } from './objective.ts';
import { distinctPasses } from './selection.ts';
import { PLAIN, trainingText } from './texts.ts';

/** Rejection tuning: passing programs only, without a verdict. */
export const rejection: ObjectiveDefinition = {
  condition: 'none',
  trainsWithoutPasses: false,
  examples: (input) => distinctPasses(input).map((sample) => trainingText(input, sample, PLAIN)),
};
