import { REQUESTS } from '../../protocol/backend.ts';
import { StoredModels } from '../../app/models/stored.ts';
import { Workbench } from '../../app/workbench.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, contextOf, type Backend } from '../work.ts';

/** Requests about stored models and which of them is active. */
export function answerModels(backend: Backend, watcher: StoreWatcher): void {
  const stored = async (workspace: string): Promise<StoredModels> =>
    new StoredModels(await watcher.folder(workspace), backend.env, (message) => {
      backend.connection.console.warn(message);
    });
  answer(backend, REQUESTS.models, async ({ workspace, fallbackModel }) =>
    (await stored(workspace)).list(fallbackModel),
  );
  answer(backend, REQUESTS.promotions, async ({ workspace }) => (await stored(workspace)).promotions());
  answer(
    backend,
    REQUESTS.promote,
    async (params, signal) => {
      const workspace = await watcher.folder(params.workspace);
      const workbench = new Workbench({ workspace, device: 'auto', ...contextOf(backend, params, signal) });
      try {
        await workbench.promoteByHand(params.model);
        return null;
      } finally {
        await workbench.close();
      }
    },
    { needsTrust: true },
  );
  answer(
    backend,
    REQUESTS.rollback,
    async ({ workspace }) => (await (await stored(workspace)).rollback()).name,
    {
      needsTrust: true,
    },
  );
}
