import type { ObjectiveDefinition } from './objective.ts';
import { distinctPasses, variedFailures } from './selection.ts';
import { PLAIN, referenceSample, repairText, trainingText } from './texts.ts';

/** Wrong bodies used of one task. */
const MUTANTS_PER_TASK = 2;

/**
 * Repair of bugs that are made: [task, its own body with a small change, what the interpreter said of that] -> the body as
 * it is, beside the passing programs. Gives texts for tasks that the model never solves, at the price of references.
 */
export const mutation: ObjectiveDefinition = {
  condition: 'none',
  trainsWithoutPasses: true,
  needsMutants: true,
  examples(input) {
    const wrong = variedFailures({ ...input, samples: input.mutants });
    const pairs = [...input.tasks.values()].flatMap((task) => {
      const right = referenceSample(task);
      if (right === undefined) return [];
      return (wrong.get(task.id) ?? [])
        .slice(0, MUTANTS_PER_TASK)
        .map((bad) => repairText(input, bad, right));
    });
    return [...distinctPasses(input).map((sample) => trainingText(input, sample, PLAIN)), ...pairs];
  },
};
