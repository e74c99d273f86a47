import type { PromptSegment } from '../../protocol/sampling.ts';
import type { Task } from '../../protocol/task.ts';
import type { TrainingExample, TrainingSegment } from '../../protocol/training.ts';
import { endSegment, plain, taskSegments } from '../prompts.ts';
import type { ObjectiveInput, ScoredSample } from './objective.ts';

type Role = TrainingSegment['role'];

/**
 * One training text: [verdict] [feedback if any] [task] [program] [end] (section 2.2 of the paper). The feedback
 * stands before the task, so that the model learns programs under a verdict and a feedback, not to write feedback.
 */
export function trainingText(
  input: ObjectiveInput,
  sample: ScoredSample,
  parts: { verdict: boolean; feedback: boolean },
): TrainingExample {
  const task = taskOf(input, sample);
  const { markers } = input.style;
  const segments: TrainingSegment[] = [];
  const add = (role: Role, segment: PromptSegment): void => {
    const learnt = input.lossOn === 'all' || role === 'program' || role === 'end';
    segments.push({ ...segment, role, weight: learnt ? 1 : 0 });
  };
  if (parts.verdict) add('verdict', { kind: 'frame', text: sample.passed ? markers.good : markers.bad });
  if (parts.feedback && sample.feedback !== '') {
    add('feedback', { kind: 'frame', text: markers.feedbackBegin });
    add('feedback', { kind: 'text', text: plain(sample.feedback, markers) });
    add('feedback', { kind: 'frame', text: markers.feedbackEnd });
  }
  for (const segment of taskSegments(task, input.style)) add('task', segment);
  add('program', { kind: 'text', text: plain(sample.completion, markers) });
  add('end', endSegment(input.style));
  return { id: sample.id, segments };
}

function taskOf(input: ObjectiveInput, sample: ScoredSample): Task {
  const task = input.tasks.get(sample.taskId);
  if (task === undefined) throw new Error(`sample ${sample.id} belongs to an unknown task ${sample.taskId}`);
  return task;
}
