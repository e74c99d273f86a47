import type { TrainingExample } from '../../../protocol/training.ts';
import { blamedPart } from '../faultyLine.ts';
import { plain } from '../prompts.ts';
import type { ObjectiveDefinition, ObjectiveInput, ScoredSample } from './objective.ts';
import { balancedFailures, distinctPasses } from './selection.ts';
import { PLAIN, taskOf, trainingText } from './texts.ts';

/** Of a token that is not to be written, beside 1 for one that is. */
const WEIGHT = 0.25;

/**
 * Passing programs as in `rejection`, and of failed ones the line at which the interpreter stopped, as what is not to be written:
 * the loss of its tokens is -log(1 - p) (unlikelihood, arXiv 1908.04319). The feedback says where; a wrong value has no
 * such line and teaches nothing.
 */
export const unlikelihood = withoutFailures({ located: true });

/** The same with whole failed programs, whatever was said of them: what the verdict alone teaches. */
export const unlikelihoodBinary = withoutFailures({ located: false });

function withoutFailures({ located }: { located: boolean }): ObjectiveDefinition {
  return {
    condition: 'none',
    trainsWithoutPasses: false,
    examples(input) {
      const blamed = new Map(
        input.samples.flatMap((sample) => {
          const { id, completion, feedback, passed } = sample;
          if (passed) return [];
          const whole: Part = [0, completion.length];
          const part = located ? blamedPart(taskOf(input, sample), completion, feedback) : whole;
          return part === undefined ? [] : [[id, part] as const];
        }),
      );
      const passes = distinctPasses(input);
      const samples = input.samples.filter(({ passed, id }) => passed || blamed.has(id));
      const failures = balancedFailures({ ...input, samples }, passes);
      return [
        ...passes.map((sample) => trainingText(input, sample, PLAIN)),
        ...failures.map((sample) => unlikely(input, sample, blamed.get(sample.id) ?? [0, 0])),
      ];
    },
  };
}

/** From one character of a completion to another. */
type Part = [number, number];

/** The sample's text, of which one part of the program is not to be written; nothing else is learnt. */
function unlikely(input: ObjectiveInput, sample: ScoredSample, [from, to]: Part): TrainingExample {
  const { completion } = sample;
  const { id, segments } = trainingText(input, sample, PLAIN);
  const parts = [
    [completion.slice(0, from), 0],
    [completion.slice(from, to), -WEIGHT],
    [completion.slice(to), 0],
  ] as const;
  return {
    id,
    segments: segments.flatMap((segment) =>
      segment.role === 'program'
        ? parts
            .filter(([text]) => text !== '')
            .map(([text, weight]) => ({ ...segment, text: plain(text, input.style.markers), weight }))
        : [{ ...segment, weight: 0 }],
    ),
  };
}
