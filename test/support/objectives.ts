import type { ObjectiveInput, ScoredSample } from '../../src/core/learning/objectives/objective.ts';
import type { TrainingExample } from '../../src/protocol/training.ts';
import { bareTask, chatStyle } from './tasks.ts';

/** The whole text of a training example. */
export const text = (example: TrainingExample | undefined): string =>
  (example?.segments ?? []).map((segment) => segment.text).join('');

/** A sample of one of the tasks `a` to `d`. */
export function sample(
  task: string,
  index: number,
  passed: boolean,
  parts: Partial<ScoredSample> = {},
): ScoredSample {
  const id = `${task}#${index}`;
  const feedback = passed ? '' : `Error${index}: no`;
  return { id, taskId: task, completion: `x): return ${index}`, passed, feedback, hash: id, ...parts };
}

/** Samples of the tasks `a` to `d`, each with a reference, as an objective's input. */
export function input(samples: ScoredSample[], parts: Partial<ObjectiveInput> = {}): ObjectiveInput {
  const tasks = new Map(
    ['a', 'b', 'c', 'd'].map((id) => [id, bareTask({ id, reference: 'x):\n    return x + 1\n' })]),
  );
  return {
    tasks,
    samples,
    replay: [],
    plainSource: [],
    style: chatStyle(),
    seed: 1,
    ...parts,
  };
}

export const ids = (examples: TrainingExample[]): string[] => examples.map((example) => example.id);
