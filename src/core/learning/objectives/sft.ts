import type { ObjectiveDefinition } from './objective.ts';
import { PLAIN, referenceSample, trainingText } from './texts.ts';

/** The supervised baseline: the tasks' own reference bodies, nothing that the model wrote. */
export const sft: ObjectiveDefinition = {
  condition: 'none',
  trainsWithoutPasses: true,
  examples: (input) =>
    [...input.tasks.values()].flatMap((task) => {
      const reference = referenceSample(task);
      return reference === undefined ? [] : [trainingText(input, reference, PLAIN)];
    }),
};
