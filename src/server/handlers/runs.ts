import { REQUESTS } from '../../protocol/backend.ts';
import { StoredRuns } from '../../app/runs/storedRuns.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, type ServerContext } from '../work.ts';

/** Requests about stored runs. Reading needs no trust, because it touches LeTI's own data only; what writes does. */
export function answerRuns(server: ServerContext, watcher: StoreWatcher): void {
  const stored = async (workspace: string): Promise<StoredRuns> =>
    new StoredRuns(await watcher.folder(workspace), server.env);
  answer(server, REQUESTS.runs, async ({ workspace }) => (await stored(workspace)).list());
  answer(server, REQUESTS.run, async ({ workspace, run }) => (await stored(workspace)).detail(run));
  answer(server, REQUESTS.histories, async ({ workspace, run }) => (await stored(workspace)).histories(run));
  answer(server, REQUESTS.task, async ({ workspace, run, task }) =>
    (await stored(workspace)).task(run, task),
  );
  answer(server, REQUESTS.runSize, async ({ workspace, run }) => await (await stored(workspace)).size(run));
  const needsTrust = { needsTrust: true };
  answer(
    server,
    REQUESTS.deleteRun,
    async ({ workspace, run }) => {
      await (await stored(workspace)).delete(run);
      return null;
    },
    needsTrust,
  );
  answer(
    server,
    REQUESTS.exportRun,
    async ({ workspace, run, file }) => {
      await (await stored(workspace)).export(run, file);
      return null;
    },
    needsTrust,
  );
}
