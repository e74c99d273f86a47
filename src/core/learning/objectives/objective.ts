import type { Condition, PromptStyle } from '../../../protocol/model.ts';
import type { Task } from '../../../protocol/task.ts';
import type { TrainingExample } from '../../../protocol/training.ts';

/** A sample as training sees it. */
export interface ScoredSample {
  id: string;
  taskId: string;
  /** The trimmed completion of the task's prefix. */
  completion: string;
  passed: boolean;
  /** Empty for a program that passed. */
  feedback: string;
  /** Programs with the same hash are one program. */
  hash: string;
}

export interface ObjectiveInput {
  tasks: ReadonlyMap<string, Task>;
  /** This round's samples of training tasks, without harness errors, in a fixed order. */
  samples: readonly ScoredSample[];
  /** Passing samples of earlier rounds. */
  replay: readonly ScoredSample[];
  /** Small changes of the tasks' references that fail; empty unless the objective needs them. */
  mutants: readonly ScoredSample[];
  /** Plain Python source, for objectives of their own. */
  pretraining: readonly string[];
  style: PromptStyle;
  /** Where the loss lies: on the program and its end (default), or on every token as in the paper's release. */
  lossOn: 'program' | 'all';
  seed: number;
}

/** How samples become training texts. One small module each; the losses themselves are in Python. */
export interface ObjectiveDefinition {
  /** Under which marker a model trained so is asked. */
  condition: Condition;
  /** False when the objective has nothing to learn from a round without a passing sample. */
  trainsWithoutPasses: boolean;
  /** Whether it learns from changed references, which are run for it. */
  needsMutants?: true;
  /** Deterministic: the same input gives the same examples in the same order. */
  examples: (input: ObjectiveInput) => TrainingExample[];
}
