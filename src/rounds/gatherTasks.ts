import { splitTasks } from '../core/split.ts';
import { readTaskFile } from '../harvest/files.ts';
import { harvestSpecs, harvestWorkspace, type HarvestOptions } from '../harvest/workspace.ts';
import { UserError } from '../protocol/errors.ts';
import type { RunConfig } from '../protocol/run.ts';
import type { DroppedTask, Task, TaskOrigin } from '../protocol/task.ts';
import type { RunTask } from '../store/runStore.ts';
import type { Workbench } from './workbench.ts';

/**
 * The tasks of a run with their sides: from files if the configuration names some, else from the workspace; held out
 * by file or by a seeded split. Throws a UserError when nothing is left to train on.
 */
export async function gatherTasks(
  config: RunConfig,
  bench: Workbench,
): Promise<{ tasks: RunTask[]; dropped: DroppedTask[] }> {
  const { tasks: all, dropped } =
    config.tasksFile === undefined
      ? await workspaceTasks(bench, config.historyCommits)
      : { tasks: await readTaskFile(config.tasksFile), dropped: [] };
  const skipped = new Set(config.skipTasks);
  const tasks = all.filter((task) => !skipped.has(task.id));
  const { train, heldOut } =
    config.heldOutFile === undefined
      ? splitTasks(tasks, { seed: config.seed })
      : withoutHeldOut(tasks, await readTaskFile(config.heldOutFile));
  if (train.length === 0) throw nothingFound(config, dropped);
  return {
    tasks: [
      ...train.map((task) => ({ task, side: 'train' as const })),
      ...heldOut.map((task) => ({ task, side: 'held-out' as const })),
    ],
    dropped,
  };
}

const PHASES = { commits: 'looking through commits', tasks: 'checking tasks' };

/** The workspace's own tasks and those of its newest commits, checked. */
export async function workspaceTasks(
  bench: Workbench,
  commits: number,
): Promise<{ tasks: Task[]; dropped: DroppedTask[] }> {
  return await harvestWorkspace({ ...(await harvestOptions(bench)), history: { git: bench.git, commits } });
}

/** Tasks that are named by the commits of the workspace's repository, checked. */
export async function tasksOfSpecs(
  bench: Workbench,
  specs: readonly TaskOrigin[],
): Promise<{ tasks: Task[]; dropped: DroppedTask[] }> {
  return await harvestSpecs(specs, { ...(await harvestOptions(bench)), git: bench.git });
}

async function harvestOptions(bench: Workbench): Promise<HarvestOptions> {
  const interpreter = await bench.interpreter();
  let started = Date.now();
  let phase = '';
  return {
    workspace: bench.workspace,
    interpreter: interpreter.path,
    executor: await bench.executor(),
    signal: bench.signal,
    onNotice: (message) => {
      bench.observe({ event: 'notice', message });
    },
    onProgress: (what, done, total) => {
      if (phase !== PHASES[what]) started = Date.now();
      phase = PHASES[what];
      bench.observe({
        event: 'progress',
        phase,
        done,
        total,
        seconds: (Date.now() - started) / 1000,
      });
    },
  };
}

/** A task that stands in both files, or in the held-out file's family, is never trained on. */
function withoutHeldOut(tasks: readonly Task[], heldOut: Task[]): { train: Task[]; heldOut: Task[] } {
  const ids = new Set(heldOut.map((task) => task.id));
  const families = new Set(heldOut.map((task) => task.family));
  return { train: tasks.filter((task) => !ids.has(task.id) && !families.has(task.family)), heldOut };
}

function nothingFound(config: RunConfig, dropped: readonly DroppedTask[]): UserError {
  if (config.skipTasks.length > 0) {
    return new UserError('No task is left to train on.', 'Take fewer tasks out.', 2);
  }
  if (config.tasksFile !== undefined) {
    return new UserError(
      `${config.tasksFile} has no tasks left to train on.`,
      'Name a task file with tasks that are not held out.',
      2,
    );
  }
  const reasons = [...Map.groupBy(dropped, (drop) => drop.reason)]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 3)
    .map(([reason, drops]) => `${drops.length} dropped: ${reason}`);
  return new UserError(
    `No usable tasks in ${config.workspace}${reasons.length === 0 ? ': no function with tests or doctests was found' : ` (${reasons.join('; ')})`}.`,
    'A task is a function that a test covers or that has doctests; `leti tasks list` shows what was looked at. Or name a file with --tasks.',
  );
}
