import { REQUESTS } from '../../protocol/backend.ts';
import { UsedCompletions } from '../../app/recordedUse.ts';
import { workspaceFiles } from '../../app/folders.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, type Backend } from '../work.ts';

/** Requests about what became of completions. The client asks its user first; the backend records what it is told. */
export function answerUses(backend: Backend, watcher: StoreWatcher): void {
  const recorded = async (workspace: string): Promise<UsedCompletions> =>
    new UsedCompletions(workspaceFiles(await watcher.folder(workspace), backend.env));
  const needsTrust = { needsTrust: true };
  answer(
    backend,
    REQUESTS.recordUse,
    async ({ workspace, used }) => {
      (await recorded(workspace)).record(used);
      return null;
    },
    needsTrust,
  );
  answer(backend, REQUESTS.uses, async ({ workspace }) => (await recorded(workspace)).list());
  answer(backend, REQUESTS.deleteUses, async ({ workspace }) => {
    await (await recorded(workspace)).delete();
    return null;
  });
}
