import type { Objectives } from '../../core/learning/objectives/objective.ts';
import type { RunConfig } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import type { RunStore } from '../../store/runStore.ts';
import type { Workbench } from '../workbench.ts';

/** What one run works on and with; everything else is rebuilt from the store. */
export interface RunWork {
  id: string;
  config: RunConfig;
  objectives: Objectives;
  writesAnew: boolean;
  /** Seconds that the run was worked on, over all of its parts. */
  secondsSpent: () => number;
  train: readonly Task[];
  heldOut: readonly Task[];
  store: RunStore;
  workbench: Workbench;
}
