import path from 'node:path';
import envPaths from 'env-paths';
import { digest } from './digest.ts';

/** LeTI's home: `LETI_HOME`, else the platform's folder for user data (XDG, AppData, Library). */
export function letiHome(env: NodeJS.ProcessEnv): string {
  const named = env['LETI_HOME'];
  return named === undefined || named === '' ? envPaths('leti', { suffix: '' }).data : path.resolve(named);
}

/** A workspace's own folder in LeTI's home, named by its real path; nothing is ever written into the workspace. */
export function workspaceData(workspace: string, env: NodeJS.ProcessEnv): string {
  return path.join(letiHome(env), 'workspaces', digest(workspace, 16));
}
