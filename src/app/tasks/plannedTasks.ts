import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Harvest } from '../../harvest/workspace.ts';
import { workspaceState } from '../../harvest/workspaceState.ts';
import { digest } from '../../process/digest.ts';
import { jsonLines, writeWhole } from '../../process/wholeFile.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RunConfig } from '../../protocol/run.ts';
import { DroppedTask, Task } from '../../protocol/task.ts';
import type { Workbench } from '../workbench.ts';

/** The first line of the file. A line per task follows. */
const Header = z.strictObject({
  hash: z.string(),
  /** Digest of everything that decided the tasks. */
  decidedBy: z.string(),
  at: z.number(),
  dropped: z.array(DroppedTask),
});

/** Characters. Each task carries its files, so a large workspace is quicker searched again than kept. */
const MOST_CHARACTERS = 64_000_000;

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

/**
 * Keeps the tasks that a plan found in the workspace's data folder. Returns the hash that brings them back, or undefined
 * where they are too large to keep or the disk is full: the run then looks for its tasks itself.
 */
export async function keepPlanned(
  decidedBy: string,
  { tasks, dropped }: Harvest,
  workbench: Workbench,
): Promise<string | undefined> {
  const digests = [decidedBy, digest(JSON.stringify(dropped))];
  let characters = 0;
  for (const task of tasks) {
    const line = JSON.stringify(task);
    characters += line.length;
    if (characters > MOST_CHARACTERS) return undefined;
    digests.push(digest(line));
  }
  const hash = digest(digests.join(' '), 32);
  const header: z.infer<typeof Header> = { hash, decidedBy, at: Date.now(), dropped };
  const file = fileOf(workbench);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeWhole(file, jsonLines([header, ...tasks]));
  } catch {
    return undefined;
  }
  return hash;
}

/** The tasks that a plan found, by their hash. Undefined if they are gone, an hour old, or decided by something else. */
export async function takePlanned(
  hash: string,
  config: Deciding,
  workbench: Workbench,
): Promise<Harvest | undefined> {
  try {
    const [first = '', ...lines] = (await readFile(fileOf(workbench), 'utf8')).trimEnd().split('\n');
    const header = Header.parse(JSON.parse(first));
    if (header.hash !== hash || Date.now() - header.at > MOST_AGE_MS) return undefined;
    if (header.decidedBy !== (await taskDeciders(config, workbench))) return undefined;
    return { tasks: lines.map((line) => Task.parse(JSON.parse(line))), dropped: header.dropped };
  } catch {
    // Not there, or of another version: the run looks for its tasks itself.
    return undefined;
  }
}

function fileOf(workbench: Workbench): string {
  return path.join(workbench.files.harvest, 'planned.jsonl');
}

async function newestCommit(workbench: Workbench): Promise<string> {
  try {
    return (await workbench.git.text('rev-parse', 'HEAD')).trim();
  } catch (error) {
    if (error instanceof UserError) return 'none';
    throw error;
  }
}
