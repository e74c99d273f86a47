import { existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { ExclusiveLock } from '../process/exclusiveLock.ts';
import { workspaceData } from '../process/letiHome.ts';
import { UserError } from '../protocol/errors.ts';

const LOCK = 'run.lock';
/** What marks the folder of a project. */
const PROJECT = ['.git', 'pyproject.toml', 'setup.py', 'setup.cfg'];

/** Where a workspace's runs live; never inside the workspace itself. */
export interface WorkspaceFiles {
  folder: string;
  store: string;
  lock: string;
  /** What the last search for tasks found. */
  harvest: string;
  /** What is recorded of completions, where their user agreed. */
  completions: string;
  /** Working files of a run: training texts, checkpoints. */
  run(id: string): string;
}

export function workspaceFiles(workspace: string, env: NodeJS.ProcessEnv): WorkspaceFiles {
  const folder = workspaceData(workspace, env);
  return {
    folder,
    store: path.join(folder, 'runs.sqlite'),
    lock: path.join(folder, LOCK),
    harvest: path.join(folder, 'harvest'),
    completions: path.join(folder, 'completions.sqlite'),
    run: (id) => path.join(folder, 'runs', id),
  };
}

/** Real path of a workspace that the user named; throws a UserError when it is no folder. */
export async function workspaceFolder(named: string): Promise<string> {
  const real = await realpath(named).catch((error: unknown) => {
    throw new UserError(`The workspace folder ${named} does not exist.`, 'Choose an existing folder.', 2, {
      cause: error,
    });
  });
  if (!(await stat(real)).isDirectory())
    throw new UserError(
      `The workspace ${named} is not a folder.`,
      'Choose the folder of a Python project.',
      2,
    );
  return real;
}

/**
 * Path of a file in a workspace as tasks name it: from the workspace's real path, with slashes. An editor names a file as
 * its user opened it, perhaps through a link. A file that is not on disk yet counts by its folder.
 */
export async function pathInWorkspace(workspace: string, file: string): Promise<string> {
  const real = await realpath(file).catch(async () => {
    const folder = await realpath(path.dirname(file)).catch(() => path.dirname(file));
    return path.join(folder, path.basename(file));
  });
  return path.relative(workspace, real).split(path.sep).join('/');
}

/** Whether a run is going on in any workspace of LeTI's home. */
export async function isAnyRunGoingOn(home: string): Promise<boolean> {
  const root = path.join(home, 'workspaces');
  const names = existsSync(root) ? await readdir(root) : [];
  return names.map((name) => path.join(root, name, LOCK)).some((lock) => ExclusiveLock.isHeld(lock));
}

/** The nearest folder above a file that looks like a project's; else the file's own. */
export function projectOf(file: string): string {
  const own = path.dirname(file);
  for (let folder = own; ; folder = path.dirname(folder)) {
    if (PROJECT.some((name) => existsSync(path.join(folder, name)))) return folder;
    if (folder === path.dirname(folder)) return own;
  }
}
