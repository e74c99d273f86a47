import path from 'node:path';
import { workspaceData } from '../process/folders.ts';

/** Where a workspace's runs live; never inside the workspace itself. */
export interface WorkspaceFiles {
  folder: string;
  store: string;
  lock: string;
  /** Working files of a run: training texts, checkpoints. */
  run(id: string): string;
}

export function workspaceFiles(workspace: string, env: NodeJS.ProcessEnv): WorkspaceFiles {
  const folder = workspaceData(workspace, env);
  return {
    folder,
    store: path.join(folder, 'runs.sqlite'),
    lock: path.join(folder, 'run.lock'),
    run: (id) => path.join(folder, 'runs', id),
  };
}
