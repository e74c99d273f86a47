import type {
  ObjectiveDefinition,
  ObjectiveInput,
  ScoredSample,
} from '../../core/learning/objectives/objective.ts';
import { OBJECTIVES, feedbackConditioned } from '../../core/learning/objectives/objectives.ts';
import { distinctPasses, variedFailures } from '../../core/learning/objectives/selection.ts';
import { PLAIN, taskOf, trainingText } from '../../core/learning/objectives/texts.ts';
import { sourcePieces } from '../../core/learning/plainSource.ts';
import { repairTask } from '../../core/learning/repair.ts';
import type { ExperimentObjective } from '../../protocol/experiment.ts';
import type { TrainingExample } from '../../protocol/training.ts';

/** Share of plain source among the texts of `fcft-mixed`. */
const MIXED_SHARE = 0.25;

/** Objectives that only `leti bench` compares with the others; `leti train` does not know them. */
export const EXPERIMENT_OBJECTIVES: Record<ExperimentObjective, ObjectiveDefinition> = {
  /** `fcft` without the feedback, to tell the effect of the text from that of the verdict. */
  'fcft-binary': feedbackConditioned({ feedback: false }),
  /**
   * `fcft` with the samples of the paper's release: each sample as often as the model wrote it, nothing balanced, the
   * loss on every token (sections 2.2 and 3 of the paper).
   */
  'fcft-paper': {
    condition: 'good',
    trainsWithoutPasses: true,
    examples: (input) =>
      input.samples
        .map((sample) => trainingText(input, sample, { verdict: true, feedback: true }))
        .map(({ id, segments }) => ({ id, segments: segments.map((one) => ({ ...one, weight: 1 })) })),
  },
  /** `fcft` with plain Python source among its texts, the paper's regulariser (continued pre-training). */
  'fcft-mixed': {
    ...OBJECTIVES.fcft,
    needsPlainSource: true,
    examples(input) {
      const texts = OBJECTIVES.fcft.examples(input);
      const pieces = Math.round((MIXED_SHARE / (1 - MIXED_SHARE)) * texts.length);
      return [...texts, ...sourcePieces(input.plainSource, pieces, input.seed)];
    },
  },
  /** Distinct programs of the model, whatever their verdict: a control for the effect of the model's own style. */
  unchecked: {
    condition: 'none',
    trainsWithoutPasses: true,
    examples(input) {
      const samples = input.samples.map((sample) => ({ ...sample, passed: true }));
      return OBJECTIVES.rejection.examples({ ...input, samples, replay: [] });
    },
  },
  /**
   * Passing programs, and pairs of a question and its answer: [task, failed program, feedback] -> a passing program. The loss
   * is on the passing program alone.
   */
  repair: {
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
  },
  /** Continued pre-training alone: as many pieces of plain Python source as there are samples, and no sample. */
  pretraining: {
    condition: 'none',
    trainsWithoutPasses: true,
    needsPlainSource: true,
    examples: ({ plainSource, samples, seed }) => sourcePieces(plainSource, samples.length, seed),
  },
};

/** A failed program with its feedback as a question, and a passing one as its answer. */
function repairText(input: ObjectiveInput, bad: ScoredSample, good: ScoredSample): TrainingExample {
  const { id } = taskOf(input, good);
  const tasks = new Map([[id, repairTask(taskOf(input, good), bad)]]);
  return trainingText({ ...input, tasks }, { ...good, id: `${bad.id}>${good.id}` }, PLAIN);
}
