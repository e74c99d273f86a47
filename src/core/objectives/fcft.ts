import type { ObjectiveDefinition } from './objective.ts';
import { balancedFailures, distinctPasses } from './selection.ts';
import { trainingText } from './texts.ts';

/** Feedback-conditioned fine-tuning, the paper's objective: passes under good, failures under bad with their feedback. */
export const fcft = feedbackConditioned({ feedback: true });

/** The same without the feedback text: what the verdict alone teaches. */
export const fcftBinary = feedbackConditioned({ feedback: false });

function feedbackConditioned(parts: { feedback: boolean }): ObjectiveDefinition {
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
