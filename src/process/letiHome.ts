import { mkdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';
import { action, step, UserError } from '../protocol/errors.ts';
import { digest } from './digest.ts';

/** LeTI's home: `LETI_HOME`, else the platform's folder for user data (XDG, AppData, Library). */
export function letiHome(env: NodeJS.ProcessEnv): string {
  const named = env['LETI_HOME'];
  return named === undefined || named === '' ? envPaths('leti', { suffix: '' }).data : path.resolve(named);
}

/** A workspace's own folder in LeTI's home. Its name comes from `workspace`, which is the workspace's real path. */
export function workspaceData(workspace: string, env: NodeJS.ProcessEnv): string {
  return path.join(letiHome(env), 'workspaces', digest(workspace, 16));
}

/**
 * Throws a UserError when the folder's disk has less than `bytes` free, where `what` names the work that needs them. Makes
 * the folder if it is missing.
 */
export async function requireFreeSpace(folder: string, bytes: number, what: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes) {
    throw new UserError(
      `${what} needs ${(bytes / 1e9).toFixed(1)} GB in ${folder}, and ${((bavail * bsize) / 1e9).toFixed(1)} GB are free.`,
      [
        ...step`Free some space, or set LETI_HOME to a folder on another disk.`,
        ...step`${action('showDisk')} to see what LeTI stores.`,
      ],
    );
  }
}
