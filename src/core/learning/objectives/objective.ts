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

/** The material of one round's training texts. */
export interface ObjectiveInput {
  tasks: ReadonlyMap<string, Task>;
  /** This round's samples of training tasks, without harness errors, in a fixed order. */
  samples: readonly ScoredSample[];
  /** Passing samples of earlier rounds. */
  replay: readonly ScoredSample[];
  /** Plain Python source. Empty unless the objective needs it. */
  plainSource: readonly string[];
  style: PromptStyle;
  seed: number;
}

/** How samples become training texts. objectives.ts holds the table and says how to add one; Python holds the loss. */
export interface ObjectiveDefinition {
  /** The verdict under which a model of this objective is asked. */
  condition: Condition;
  /** False if the objective cannot learn from a round without a passing sample. */
  trainsWithoutPasses: boolean;
  /** Whether it learns from plain Python source. */
  needsPlainSource?: true;
  /** Deterministic: the same input gives the same examples in the same order. */
  examples: (input: ObjectiveInput) => TrainingExample[];
}

/** Objectives by name. */
export type Objectives = Readonly<Record<string, ObjectiveDefinition>>;
