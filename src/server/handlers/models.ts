import { REQUESTS } from '../../protocol/backend.ts';
import { StoredModels } from '../../app/models/stored.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, type Backend } from '../work.ts';

/** Requests about stored models and which of them is in use. */
export function answerModels(backend: Backend, watcher: StoreWatcher): void {
  const stored = async (workspace: string): Promise<StoredModels> =>
    new StoredModels(await watcher.folder(workspace), backend.env);
  answer(backend, REQUESTS.models, async ({ workspace, otherwise }) =>
    (await stored(workspace)).list(otherwise),
  );
  answer(backend, REQUESTS.promotions, async ({ workspace }) => (await stored(workspace)).promotions());
  answer(
    backend,
    REQUESTS.promote,
    async ({ workspace, model }) => {
      await (await stored(workspace)).promote(model);
      return null;
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
