import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

/** Starts a process as the head of a group of its own, so that it and all its children can be ended together. */
export function spawnTree(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(command, [...args], { ...options, detached: process.platform !== 'win32', windowsHide: true });
}

/** Ends a process started by `spawnTree` with everything that it started. Does nothing when it is gone already. */
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
