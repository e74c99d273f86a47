import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { workspaceState } from '../../harvest/workspaceState.ts';
import type { Harvest } from '../../harvest/workspace.ts';
import { digest } from '../../process/digest.ts';
import { writeWhole } from '../../process/wholeFile.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RunConfig } from '../../protocol/run.ts';
import { DroppedTask, Task } from '../../protocol/task.ts';
import type { Workbench } from '../workbench.ts';

const Planned = z.strictObject({
  hash: z.string(),
  /** Digest of everything that decided the tasks. */
  decidedBy: z.string(),
  at: z.number(),
  tasks: z.array(Task),
  dropped: z.array(DroppedTask),
});

/** Packages may be installed after a plan without any file of the workspace changing. */
const MOST_AGE_MS = 60 * 60_000;

/** The part of a configuration that decides which tasks a workspace has; the rest only chooses among them. */
type Deciding = Pick<RunConfig, 'historyCommits' | 'runTests'>;

/**
 * A digest of what decides a workspace's tasks: its files and newest commit, the interpreter, and the configuration.
 * Undefined where that cannot be told. Take it before tasks are looked for, so that a later change is noticed.
 */
export async function taskDeciders(config: Deciding, workbench: Workbench): Promise<string | undefined> {
  const state = await workspaceState(workbench.workspace);
  if (state === undefined) return undefined;
  const { path: interpreter } = await workbench.interpreter();
  return digest(
    JSON.stringify([
      state,
      await newestCommit(workbench),
      interpreter,
      config.historyCommits,
      config.runTests,
    ]),
  );
}

/** Keeps the tasks that a plan found in the workspace's data folder. Returns the hash that brings them back. */
export async function keepPlanned(decidedBy: string, found: Harvest, workbench: Workbench): Promise<string> {
  const { tasks, dropped } = found;
  const hash = digest(JSON.stringify([decidedBy, tasks, dropped]), 32);
  const file = fileOf(workbench);
  await mkdir(path.dirname(file), { recursive: true });
  const planned: z.infer<typeof Planned> = { hash, decidedBy, at: Date.now(), tasks, dropped };
  await writeWhole(file, JSON.stringify(planned));
  return hash;
}

/** The tasks that a plan found, by their hash. Undefined if they are gone, an hour old, or decided by something else. */
export async function takePlanned(
  hash: string,
  config: Deciding,
  workbench: Workbench,
): Promise<Harvest | undefined> {
  const planned = await read(fileOf(workbench));
  if (planned?.hash !== hash || Date.now() - planned.at > MOST_AGE_MS) return undefined;
  if (planned.decidedBy !== (await taskDeciders(config, workbench))) return undefined;
  return { tasks: planned.tasks, dropped: planned.dropped };
}

async function read(file: string): Promise<z.infer<typeof Planned> | undefined> {
  try {
    return Planned.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Not there, or of another version: the run looks for its tasks itself.
    return undefined;
  }
}

function fileOf(workbench: Workbench): string {
  return path.join(workbench.files.folder, 'harvest', 'planned.json');
}

async function newestCommit(workbench: Workbench): Promise<string> {
  try {
    return (await workbench.git.text('rev-parse', 'HEAD')).trim();
  } catch (error) {
    if (error instanceof UserError) return 'none';
    throw error;
  }
}
