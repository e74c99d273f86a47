import { mkdirSync, watch, type FSWatcher } from 'node:fs';
import { workspaceFiles, workspaceFolder } from '../rounds/workspaceFiles.ts';
import { CHANGED } from '../protocol/backend.ts';
import type { Backend } from './work.ts';

/** Changes that come together are told once. */
const PAUSE_MS = 300;

/** Tells the client when what is stored of a workspace changes, whoever changed it. */
export interface StoreWatcher {
  /** Real path of the folder, whose data are watched from now on. */
  folder(named: string): Promise<string>;
}

/** The operating system says what changed; nothing is polled. */
export function watchStores(backend: Backend): StoreWatcher {
  const watchers = new Map<string, FSWatcher>();
  backend.stopped.addEventListener('abort', () => {
    for (const watcher of watchers.values()) watcher.close();
  });
  return {
    folder: async (named) => {
      const workspace = await workspaceFolder(named);
      if (!watchers.has(workspace)) watchers.set(workspace, watchOne(workspace, named, backend));
      return workspace;
    },
  };
}

function watchOne(workspace: string, named: string, backend: Backend): FSWatcher {
  const { folder } = workspaceFiles(workspace, backend.env);
  mkdirSync(folder, { recursive: true });
  const due = new Set<'runs' | 'models'>();
  const watcher = watch(folder, { persistent: false }, (_event, name) => {
    // A reader's lock files come and go without a change.
    const what =
      name === 'active-models.json'
        ? 'models'
        : /^runs\.sqlite(-wal)?$/.test(name ?? '')
          ? 'runs'
          : undefined;
    if (what === undefined || due.has(what)) return;
    due.add(what);
    setTimeout(() => {
      due.delete(what);
      backend.connection
        .sendNotification(CHANGED.method, { workspace: named, what })
        .catch((error: unknown) => {
          backend.connection.console.warn(String(error));
        });
    }, PAUSE_MS).unref();
  });
  watcher.on('error', (error) => {
    backend.connection.console.warn(`${folder} is no longer watched: ${error.message}`);
  });
  return watcher;
}
