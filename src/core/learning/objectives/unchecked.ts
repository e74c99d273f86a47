import type { ObjectiveDefinition } from './objective.ts';
import { distinctSamples } from './selection.ts';
import { PLAIN, trainingText } from './texts.ts';

/**
 * Self-distillation on unchecked samples: whatever the model wrote, verdicts unread. A control that tells what of a gain
 * comes from the model's own style alone.
 */
export const unchecked: ObjectiveDefinition = {
  condition: 'none',
  trainsWithoutPasses: true,
  examples: (input) => distinctSamples(input).map((sample) => trainingText(input, sample, PLAIN)),
};
