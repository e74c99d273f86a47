import type { ObjectiveDefinition } from './objective.ts';
import { distinctPasses, variedFailures } from './selection.ts';
import { PLAIN, repairText, trainingText } from './texts.ts';

/**
 * Feedback as a question: [task, failed program, what the interpreter said of it] -> a program that passes, asked as "Try
 * to repair" asks, beside the passing programs themselves. Loss on the passing program alone, so nothing wrong is learnt.
 */
export const repair: ObjectiveDefinition = {
  condition: 'none',
  trainsWithoutPasses: false,
  examples(input) {
    const passes = distinctPasses(input);
    const failures = variedFailures(input);
    const pairs = [...Map.groupBy(passes, ({ taskId }) => taskId)].flatMap(([taskId, good]) =>
      (failures.get(taskId) ?? [])
        .slice(0, good.length)
        .map((bad, at) => repairText(input, bad, good[at % good.length] ?? bad)),
    );
    return [...passes.map((sample) => trainingText(input, sample, PLAIN)), ...pairs];
  },
};
