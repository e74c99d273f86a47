import { mkdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { CHANGED } from '../protocol/backend.ts';
import { workspaceFiles, workspaceFolder } from '../app/folders.ts';
import type { ServerContext } from './work.ts';

/** Changes that come together are told once. */
const PAUSE_MS = 300;

/** Tells the client when a workspace's stored data change, also by another process. */
export interface StoreWatcher {
  /** Real path of the folder, whose data are watched from now on. */
  folder(named: string): Promise<string>;
}

/** The operating system says what changed; nothing is polled. */
export function watchStores(server: ServerContext): StoreWatcher {
  const watchers = new Map<string, { names: Set<string>; watcher: FSWatcher }>();
  server.stopped.addEventListener('abort', () => {
    for (const { watcher } of watchers.values()) watcher.close();
  });
  return {
    folder: async (named) => {
      const workspace = await workspaceFolder(named);
      const watched = watchers.get(workspace);
      if (watched !== undefined) watched.names.add(named);
      else {
        const names = new Set([named]);
        watchers.set(workspace, { names, watcher: watchOne(workspace, names, server) });
      }
      return workspace;
    },
  };
}

/** Changes are told under each name by which the client knows the folder: its own, and those of links to it. */
function watchOne(workspace: string, names: ReadonlySet<string>, server: ServerContext): FSWatcher {
  const { folder, store } = workspaceFiles(workspace, server.env);
  mkdirSync(folder, { recursive: true });
  const state = {
    runs: () => `${stateOf(store)} ${stateOf(`${store}-wal`)}`,
    models: () => stateOf(path.join(folder, 'active-models.json')),
  };
  const told = { runs: state.runs(), models: state.models() };
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { persistent: false }, () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const what of ['runs', 'models'] as const) {
        const now = state[what]();
        if (now === told[what]) continue;
        told[what] = now;
        for (const name of names) tell(server, name, what);
      }
    }, PAUSE_MS).unref();
  });
  watcher.on('error', (error) => {
    server.connection.console.warn(`${folder} is no longer watched: ${error.message}`);
  });
  return watcher;
}

/** A reader, too, makes and removes an empty log beside a store; only a writer leaves another size or time behind. */
function stateOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined || found.size === 0 ? 'none' : `${found.size} ${found.mtimeMs}`;
}

function tell(server: ServerContext, workspace: string, what: 'runs' | 'models'): void {
  server.connection.sendNotification(CHANGED.method, { workspace, what }).catch((error: unknown) => {
    server.connection.console.warn(String(error));
  });
}
