import type { ObjectiveDefinition, ScoredSample } from './objective.ts';
import { balancedFailures, distinctPasses } from './selection.ts';
import { trainingText } from './texts.ts';

/** Feedback-conditioned fine-tuning, the paper's objective: passes under good, failures under bad with their feedback. */
export const fcft = feedbackConditioned({ feedback: true });

/** The same without the feedback text: what the verdict alone teaches. */
export const fcftBinary = feedbackConditioned({ feedback: false });

/**
 * The same as the paper's release has it: every sample as often as it was written, nothing balanced, the loss on every
 * token of the text (sections 2.2 and 3 of the paper).
 */
export const fcftPaper: ObjectiveDefinition = {
  condition: 'good',
  trainsWithoutPasses: true,
  examples: (input) =>
    input.samples.map((sample) =>
      trainingText({ ...input, lossOn: 'all' }, sample, { verdict: true, feedback: true }),
    ),
};

/**
 * The same on tasks alone that some samples solve and others do not, which have most to tell a model (learnability,
 * arXiv 2502.12272): a curriculum by pass rate that follows the model.
 */
export const fcftLearnable: ObjectiveDefinition = {
  condition: 'good',
  trainsWithoutPasses: false,
  examples(input) {
    const tasksWhere = (wanted: boolean): Set<string> =>
      new Set(input.samples.filter(({ passed }) => passed === wanted).map(({ taskId }) => taskId));
    const [solved, failed] = [tasksWhere(true), tasksWhere(false)];
    const learnable = ({ taskId }: ScoredSample): boolean => solved.has(taskId) && failed.has(taskId);
    return fcft.examples({
      ...input,
      samples: input.samples.filter(learnable),
      replay: input.replay.filter(learnable),
    });
  },
};

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
