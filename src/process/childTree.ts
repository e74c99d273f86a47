import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

/** Starts a process at the head of its own process group, so that it can be killed together with its children. */
export function spawnTree(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(command, [...args], { ...options, detached: process.platform !== 'win32', windowsHide: true });
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
