import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from './packageRoot.ts';

/**
 * Starts a process at the head of its own process group, so that it can be killed together with its children.
 *
 * It starts in this package's folder unless `cwd` names another, and finds commands in absolute folders of PATH only.
 * LeTI itself is often started in a workspace, where a `queue.py`, a `uv.toml` or a `python3` may lie.
 */
export function spawnTree(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const isPath = command.includes('/') || command.includes(path.sep);
  return spawn(isPath ? path.resolve(command) : command, [...args], {
    ...options,
    cwd: options.cwd ?? packageRoot(),
    env: withAbsolutePath(options.env ?? process.env),
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
}

/** An environment whose PATH has no relative folders: they would lie where the process starts. */
export function withAbsolutePath(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      name.toUpperCase() === 'PATH' ? absoluteFolders(value ?? '') : value,
    ]),
  );
}

function absoluteFolders(text: string): string {
  const folders = text.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  // An empty PATH would mean the folder that the process starts in.
  return folders.length === 0 ? path.join(packageRoot(), 'nowhere') : folders.join(path.delimiter);
}

/** Kills a process of `spawnTree` and everything that it started. Does nothing if it has already ended. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
