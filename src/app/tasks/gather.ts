import { splitTasks } from '../../core/learning/split.ts';
import { headerLine } from '../../core/text/definitionLines.ts';
import { readTaskFile } from '../../harvest/files.ts';
import { HarvestCache } from '../../harvest/harvestCache.ts';
import {
  harvestSpecs,
  harvestWorkspace,
  type Harvest,
  type HarvestOptions,
} from '../../harvest/workspace.ts';
import { action, flag, step, UserError } from '../../protocol/errors.ts';
import type { RunConfig } from '../../protocol/run.ts';
import type { DroppedTask, Task, TaskOrigin } from '../../protocol/task.ts';
import type { RunTask } from '../../store/runStore.ts';
import type { Workbench } from '../workbench.ts';
import { takePlanned } from './plannedTasks.ts';

export interface RunTasks {
  tasks: RunTask[];
  dropped: DroppedTask[];
  /** Left out because their checks let wrong bodies pass; they are among the dropped too. */
  weak: Task[];
}

/**
 * The tasks of a run with their sides: from files if the configuration names some, else from the workspace; held out
 * by file or by a seeded split. Tasks with weak checks are left out unless the configuration wants them. `plan` is the hash
 * of an earlier plan: its tasks are taken if they are still those of the workspace. Throws a UserError when nothing is left
 * to train on.
 */
export async function gatherTasks(config: RunConfig, workbench: Workbench, plan?: string): Promise<RunTasks> {
  const planned =
    plan === undefined || config.tasksFile !== undefined
      ? undefined
      : await takePlanned(plan, config, workbench);
  return await chooseTasks(planned ?? (await foundTasks(config, workbench)), config);
}

/** All tasks that a run may choose from: those of its file if it names one, else the workspace's. */
export async function foundTasks(config: RunConfig, workbench: Workbench): Promise<Harvest> {
  return config.tasksFile === undefined
    ? await workspaceTasks(workbench, config)
    : { tasks: await readTaskFile(config.tasksFile), dropped: [] };
}

/** The tasks of a run among those found, with their sides. Throws a UserError when nothing is left to train on. */
export async function chooseTasks(found: Harvest, config: RunConfig): Promise<RunTasks> {
  const { tasks: all, dropped, weak } = config.weakTasks ? { ...found, weak: [] } : withoutWeak(found);
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
    weak,
  };
}

const PHASES = {
  files: 'reading files',
  commits: 'looking through commits',
  tests: 'running tests',
  tasks: 'checking tasks',
};

/**
 * The workspace's own tasks and those of its newest commits, checked; `runTests` runs its tests once, in the sandbox, to see
 * what they cover.
 */
export async function workspaceTasks(
  workbench: Workbench,
  { historyCommits, runTests }: Pick<RunConfig, 'historyCommits' | 'runTests'>,
): Promise<Harvest> {
  const history = { git: workbench.git, commits: historyCommits };
  return await harvestWorkspace({
    ...(await harvestOptions(workbench)),
    history,
    cache: new HarvestCache(workbench.files.harvest, ({ message, nextStep }) => {
      const notice = `The tasks cannot be remembered, so the next search takes as long. ${message}`;
      workbench.observe({ event: 'notice', message: notice, nextStep });
    }),
    ...(runTests
      ? { tests: { trace: async (suite, signal) => await (await workbench.executor()).trace(suite, signal) } }
      : {}),
  });
}

/** Tasks that are named by the commits of the workspace's repository, checked. */
export async function tasksOfSpecs(workbench: Workbench, specs: readonly TaskOrigin[]): Promise<Harvest> {
  return await harvestSpecs(specs, { ...(await harvestOptions(workbench)), git: workbench.git });
}

async function harvestOptions(workbench: Workbench): Promise<HarvestOptions> {
  const interpreter = await workbench.interpreter();
  let started = Date.now();
  let phase = '';
  return {
    workspace: workbench.workspace,
    interpreter: interpreter.path,
    // Not started where nothing has changed since the last time.
    executor: { execute: async (job, signal) => await (await workbench.executor()).execute(job, signal) },
    signal: workbench.signal,
    onNotice: (message, nextStep) => {
      workbench.observe({ event: 'notice', message, nextStep });
    },
    onProgress: (what, done, total) => {
      if (phase !== PHASES[what]) started = Date.now();
      phase = PHASES[what];
      workbench.observe({
        event: 'progress',
        phase,
        done,
        total,
        seconds: (Date.now() - started) / 1000,
      });
    },
  };
}

/** Tasks whose checks would let wrong programs pass are nothing to learn from. */
function withoutWeak(found: Harvest): Harvest & { weak: Task[] } {
  const isWeak = (task: Task): boolean => task.weak !== undefined;
  const weak = found.tasks.filter(isWeak);
  const drops = weak.map((task) => ({
    id: task.id,
    path: task.host?.path ?? '',
    line: (headerLine(task) ?? 0) + 1,
    reason: `weak: ${task.weak ?? ''}`,
  }));
  const tasks = found.tasks.filter((task) => !isWeak(task));
  return { tasks, dropped: [...found.dropped, ...drops], weak };
}

/** A task that stands in both files, or in the held-out file's family, is never trained on. */
function withoutHeldOut(tasks: readonly Task[], heldOut: Task[]): { train: Task[]; heldOut: Task[] } {
  const ids = new Set(heldOut.map((task) => task.id));
  const families = new Set(heldOut.map((task) => task.family));
  return { train: tasks.filter((task) => !ids.has(task.id) && !families.has(task.family)), heldOut };
}

function nothingFound(config: RunConfig, dropped: readonly DroppedTask[]): UserError {
  if (config.skipTasks.length > 0) {
    return new UserError('No task is left to train on.', 'Leave out fewer tasks.', 2);
  }
  if (config.tasksFile !== undefined) {
    return new UserError(
      `${config.tasksFile} has no tasks left to train on.`,
      'Choose a task file that has tasks besides the held-out ones.',
      2,
    );
  }
  const reasons = [...Map.groupBy(dropped, (drop) => drop.reason)]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 3)
    .map(([reason, drops]) => `${drops.length} dropped: ${reason}`);
  return new UserError(
    `No usable tasks in ${config.workspace}${reasons.length === 0 ? ': no function with tests or doctests was found' : ` (${reasons.join('; ')})`}.`,
    [
      ...step`Write tests or doctests for your functions.`,
      ...step`${action('findTasks')} to see which functions LeTI skipped, and why.`,
      ...step`Or give a task file with ${flag('--tasks')}.`,
    ],
  );
}
