import { mkdir, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { diskOnce, diskPerRound } from '../../core/learning/disk.ts';
import { headerLine } from '../../core/text/definitionLines.ts';
import { letiHome } from '../../process/letiHome.ts';
import type { TaskSummary, TrainingPlan } from '../../protocol/backend.ts';
import type { RunConfig } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import { pickProfile } from '../../training/device.ts';
import { madeEnvironment } from '../../training/environment.ts';
import { chooseTasks, foundTasks } from './gather.ts';
import { keepPlanned, taskDeciders } from './plannedTasks.ts';
import { modelNote } from '../models/defaultModel.ts';
import { knownSpeeds, parametersOf } from './speeds.ts';
import type { Workbench } from '../workbench.ts';

/**
 * What a run of this configuration would do without `skipTasks`. Finds and validates the tasks, and keeps them for the run
 * that follows.
 */
export async function planRun(
  config: RunConfig,
  workbench: Workbench,
  env: NodeJS.ProcessEnv,
): Promise<TrainingPlan> {
  const decidedBy = config.tasksFile === undefined ? await taskDeciders(config, workbench) : undefined;
  const found = await foundTasks(config, workbench);
  const { tasks, dropped, weak } = await chooseTasks(found, { ...config, skipTasks: [] });
  const hash = decidedBy === undefined ? undefined : await keepPlanned(decidedBy, found, workbench);
  const interpreter = await workbench.interpreter();
  const { tier } = await workbench.executor();
  const home = letiHome(env);
  await mkdir(home, { recursive: true });
  const { bavail, bsize } = await statfs(home);
  const environment = workbench.ownTrainer ?? (await madeEnvironment(home, config.device, env));
  const { speeds, measuredHere } = await knownSpeeds(config, workbench);
  const parameters = await parametersOf(config.model, workbench);
  const note = await modelNote(config.model, env, workbench.signal);
  return {
    ...(hash === undefined ? {} : { hash }),
    tasks: tasks.map(({ task, side }) => ({ ...summaryOf(task), side })),
    weak: weak.map((task) => ({ ...summaryOf(task), reason: task.weak ?? '' })),
    dropped,
    interpreter: `CPython ${interpreter.version} (${shortPath(interpreter.path, workbench.workspace)})`,
    tier,
    ...{ speeds, measuredHere },
    ...(note === undefined ? {} : { modelNote: note }),
    environmentReady: environment !== undefined,
    autoDevice: await pickProfile('auto', env),
    freeBytes: bavail * bsize,
    wantedBytes: diskOnce(parameters, environment !== undefined),
    bytesPerRound: diskPerRound(parameters),
  };
}

/** Inside the workspace relative to it, inside the user's home from `~`. */
function shortPath(file: string, workspace: string): string {
  for (const [folder, name] of [
    [workspace, ''],
    [os.homedir(), `~${path.sep}`],
  ] as const) {
    if (file.startsWith(folder + path.sep)) return name + file.slice(folder.length + 1);
  }
  return file;
}

function summaryOf(task: Task): Omit<TaskSummary, 'side'> {
  return {
    id: task.id,
    name: task.name,
    path: task.host?.path ?? '',
    line: headerLine(task) ?? 0,
    checks: task.checks.length,
    source: task.source,
    family: task.family,
    ...(task.origin === undefined ? {} : { commit: task.origin.commit }),
    ...(task.changedAt === undefined ? {} : { changedAt: task.changedAt }),
  };
}
