import { REQUESTS } from '../../protocol/backend.ts';
import { availableModels } from '../../app/models/available.ts';
import { StoredRuns } from '../../app/runs/storedRuns.ts';
import { StoredModels } from '../../app/models/stored.ts';
import { Workbench } from '../../app/workbench.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, contextOf, type ServerContext } from '../work.ts';

/** Requests about stored models and which of them is active. */
export function answerModels(server: ServerContext, watcher: StoreWatcher): void {
  const stored = async (workspace: string): Promise<StoredModels> =>
    new StoredModels(await watcher.folder(workspace), server.env, (message) => {
      server.connection.console.warn(message);
    });
  answer(server, REQUESTS.models, async ({ workspace, fallbackModel }) =>
    (await stored(workspace)).list(
      fallbackModel,
      new StoredRuns(await watcher.folder(workspace), server.env).rates(),
    ),
  );
  answer(server, REQUESTS.runUse, async ({ workspace, run, fallbackModel }) => {
    const { summary } = new StoredRuns(await watcher.folder(workspace), server.env).detail(run);
    return await (await stored(workspace)).useOf(summary.outcome?.model, fallbackModel);
  });
  answer(server, REQUESTS.availableModels, async (_place, signal) =>
    availableModels(server.env, signal, (message) => {
      server.connection.console.warn(message);
    }),
  );
  answer(server, REQUESTS.promotions, async ({ workspace }) => (await stored(workspace)).promotions());
  answer(
    server,
    REQUESTS.promote,
    async (params, signal) => {
      const workspace = await watcher.folder(params.workspace);
      const workbench = new Workbench({ workspace, device: 'auto', ...contextOf(server, params, signal) });
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
    server,
    REQUESTS.rollback,
    async ({ workspace, fallbackModel }) => await (await stored(workspace)).rollback(fallbackModel),
    {
      needsTrust: true,
    },
  );
}
