import type { ObjectiveChoice } from '../../../protocol/model.ts';
import type { ObjectiveDefinition } from './objective.ts';
import { balancedFailures, distinctPasses } from './selection.ts';
import { PLAIN, referenceSample, trainingText } from './texts.ts';

/**
 * The objectives that a run may name, besides `auto`.
 *
 * To add one: write an `ObjectiveDefinition` here, add its name to `ObjectiveChoice` (src/protocol/model.ts) and to the
 * setting `leti.objective` (package.json, package.nls.json), and test it in test/unit/core/learning/objectives.test.ts.
 * An objective that only an experiment compares belongs in src/app/bench/objectives.ts.
 */
export const OBJECTIVES: Record<Exclude<ObjectiveChoice, 'auto'>, ObjectiveDefinition> = {
  /** Rejection tuning: passing programs only, without a verdict. */
  rejection: {
    condition: 'none',
    trainsWithoutPasses: false,
    examples: (input) => distinctPasses(input).map((sample) => trainingText(input, sample, PLAIN)),
  },
  /** Feedback-conditioned fine-tuning, the paper's objective: passes under good, failures under bad with feedback. */
  fcft: feedbackConditioned({ feedback: true }),
  /** The supervised baseline: the tasks' own reference bodies, and no program of the model. */
  sft: {
    condition: 'none',
    trainsWithoutPasses: true,
    examples: (input) =>
      [...input.tasks.values()].flatMap((task) => {
        const reference = referenceSample(task);
        return reference === undefined ? [] : [trainingText(input, reference, PLAIN)];
      }),
  },
};

/** Good and bad programs under their verdicts, balanced. `feedback`: whether it stands in front of the bad ones. */
export function feedbackConditioned(parts: { feedback: boolean }): ObjectiveDefinition {
  return {
    condition: 'good',
    trainsWithoutPasses: true,
    examples(input) {
      const passes = distinctPasses(input);
      return [...passes, ...balancedFailures(input, passes)].map((sample) =>
        trainingText(input, sample, { verdict: true, ...parts }),
      );
    },
  };
}

/**
 * The name of a round's objective. `auto` is `rejection`, which passed most validation tasks (docs/results/learning.md). In
 * a round without a passing program it is `fcft`, which also learns from failures.
 */
export function chooseObjective(choice: string, { passes }: { passes: number }): string {
  if (choice !== 'auto') return choice;
  return passes > 0 ? 'rejection' : 'fcft';
}
