import type { PromptSegment } from '../../../protocol/sampling.ts';
import type { Task } from '../../../protocol/task.ts';
import type { TrainingExample, TrainingSegment } from '../../../protocol/training.ts';
import { endSegment, plain, taskSegments, verdictSegments } from '../prompts.ts';
import type { ObjectiveInput, ScoredSample } from './objective.ts';

/** A text with neither a verdict nor feedback. */
export const PLAIN = { verdict: false, feedback: false } as const;

type Role = TrainingSegment['role'];

/**
 * One training text: [verdict] [feedback if any] [task] [program] [end] (section 2.2 of the paper). The loss is on the program
 * and its end. The feedback stands before the task, so that the model does not learn to write it.
 */
export function trainingText(
  input: ObjectiveInput,
  sample: ScoredSample,
  parts: { verdict: boolean; feedback: boolean },
): TrainingExample {
  const task = taskOf(input, sample);
  const { markers } = input.style;
  const as = (role: Role, segment: PromptSegment): TrainingSegment => {
    const learnt = role === 'program' || role === 'end';
    return { ...segment, role, weight: learnt ? 1 : 0 };
  };
  const asked: TrainingSegment[] = [];
  if (parts.feedback && sample.feedback !== '') {
    asked.push(
      as('feedback', { kind: 'frame', text: markers.feedbackBegin }),
      as('feedback', { kind: 'text', text: plain(sample.feedback, markers) }),
      as('feedback', { kind: 'frame', text: markers.feedbackEnd }),
    );
  }
  asked.push(...taskSegments(task, input.style).map((segment) => as('task', segment)));
  const condition = !parts.verdict ? 'none' : sample.passed ? 'good' : 'bad';
  const verdict = verdictSegments(input.style, condition).map((segment) => as('verdict', segment));
  const segments = [
    ...verdict,
    ...asked,
    as('program', { kind: 'text', text: plain(sample.completion, markers) }),
    as('end', endSegment(input.style)),
  ];
  return { id: sample.id, segments };
}

/** The task's reference as a sample. Undefined if it has none. */
export function referenceSample({ id, reference }: Task): ScoredSample | undefined {
  if (reference === undefined) return undefined;
  const completion = reference.trimEnd();
  return { id: `${id}#reference`, taskId: id, completion, passed: true, feedback: '', hash: '' };
}

/**
 * The task of a sample.
 * @throws Error if there is none, which is a defect.
 */
export function taskOf(input: ObjectiveInput, sample: ScoredSample): Task {
  const task = input.tasks.get(sample.taskId);
  if (task === undefined) throw new Error(`sample ${sample.id} belongs to an unknown task ${sample.taskId}`);
  return task;
}
