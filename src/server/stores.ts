import { existsSync, mkdirSync, statSync, watch, type FSWatcher } from 'node:fs';
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
  /** Folders of which the client was told that they cannot be watched. */
  const unwatched = new Set<string>();
  server.stopped.addEventListener('abort', () => {
    for (const { watcher } of watchers.values()) watcher.close();
  });
  return {
    folder: async (named) => {
      const workspace = await workspaceFolder(named);
      const watched = watchers.get(workspace);
      if (watched !== undefined) {
        watched.names.add(named);
        return workspace;
      }
      const names = new Set([named]);
      try {
        const watcher = watchOne(workspace, names, server, () => watchers.delete(workspace));
        watchers.set(workspace, { names, watcher });
      } catch (error) {
        // Requests are answered all the same, and each of them tries again.
        const why = error instanceof Error ? error.message : String(error);
        if (!unwatched.has(workspace))
          server.connection.console.warn(`Views of ${workspace} do not refresh themselves: ${why}`);
        unwatched.add(workspace);
      }
      return workspace;
    },
  };
}

/**
 * Changes are told under each name by which the client knows the folder: its own, and those of links to it. `onEnd`
 * is called once nothing is watched any more. Throws where the operating system watches no more folders.
 */
function watchOne(
  workspace: string,
  names: ReadonlySet<string>,
  server: ServerContext,
  onEnd: () => void,
): FSWatcher {
  const { folder, store } = workspaceFiles(workspace, server.env);
  mkdirSync(folder, { recursive: true });
  const state = {
    runs: () => `${stateOf(store)} ${stateOf(`${store}-wal`)}`,
    models: () => stateOf(path.join(folder, 'active-models.json')),
  };
  const told = { runs: state.runs(), models: state.models() };
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { persistent: false }, () => {
    if (!existsSync(folder)) {
      // A folder that is made anew under the same name is another one to the operating system.
      watcher.close();
      onEnd();
    }
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
    watcher.close();
    onEnd();
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
