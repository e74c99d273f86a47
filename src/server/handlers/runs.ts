import { REQUESTS } from '../../protocol/backend.ts';
import { StoredRuns } from '../../app/runs/storedRuns.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, type Backend } from '../work.ts';

/** Requests about stored runs. Reading needs no trust, because it touches LeTI's own data only; what writes does. */
export function answerRuns(backend: Backend, watcher: StoreWatcher): void {
  const stored = async (workspace: string): Promise<StoredRuns> =>
    new StoredRuns(await watcher.folder(workspace), backend.env);
  answer(backend, REQUESTS.runs, async ({ workspace }) => (await stored(workspace)).list());
  answer(backend, REQUESTS.run, async ({ workspace, run }) => (await stored(workspace)).detail(run));
  answer(backend, REQUESTS.histories, async ({ workspace, run }) => (await stored(workspace)).histories(run));
  answer(backend, REQUESTS.task, async ({ workspace, run, task }) =>
    (await stored(workspace)).task(run, task),
  );
  answer(backend, REQUESTS.runSize, async ({ workspace, run }) => await (await stored(workspace)).size(run));
  const needsTrust = { needsTrust: true };
  answer(
    backend,
    REQUESTS.deleteRun,
    async ({ workspace, run }) => {
      await (await stored(workspace)).delete(run);
      return null;
    },
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.exportRun,
    async ({ workspace, run, file }) => {
      await (await stored(workspace)).export(run, file);
      return null;
    },
    needsTrust,
  );
}
