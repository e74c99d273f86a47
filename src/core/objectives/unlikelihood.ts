import type { TrainingExample } from '../../protocol/training.ts';
import { blamedPart } from '../blame.ts';
import { endSegment, plain, taskSegments } from '../prompts.ts';
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
      const partOf = (sample: ScoredSample): [number, number] | undefined =>
        located
          ? blamedPart(taskOf(input, sample), sample.completion, sample.feedback)
          : [0, sample.completion.length];
      const passes = distinctPasses(input);
      const samples = input.samples.filter((sample) => sample.passed || partOf(sample) !== undefined);
      const failures = balancedFailures({ ...input, samples }, passes);
      return [
        ...passes.map((sample) => trainingText(input, sample, PLAIN)),
        ...failures.map((sample) => unlikely(input, sample, partOf(sample) ?? [0, 0])),
      ];
    },
  };
}

/** A text of which one part of the program, from one character to another, is not to be written; nothing else is learnt. */
function unlikely(
  input: ObjectiveInput,
  sample: ScoredSample,
  [from, to]: [number, number],
): TrainingExample {
  const { completion, id } = sample;
  const { markers } = input.style;
  const program = (text: string, weight: number): TrainingExample['segments'] =>
    text === '' ? [] : [{ kind: 'text', role: 'program', weight, text: plain(text, markers) }];
  return {
    id,
    segments: [
      ...taskSegments(taskOf(input, sample), input.style).map((segment) => ({
        ...segment,
        role: 'task' as const,
        weight: 0,
      })),
      ...program(completion.slice(0, from), 0),
      ...program(completion.slice(from, to), -WEIGHT),
      ...program(completion.slice(to), 0),
      { ...endSegment(input.style), role: 'end', weight: 0 },
    ],
  };
}
