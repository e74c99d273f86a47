import { REQUESTS } from '../../protocol/backend.ts';
import { RecordedCompletions } from '../../app/recordedCompletions.ts';
import { workspaceFiles } from '../../app/folders.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, type ServerContext } from '../work.ts';

/** Requests about what became of completions. The client asks its user first; the server records what it is told. */
export function answerRecorded(server: ServerContext, watcher: StoreWatcher): void {
  const recorded = async (workspace: string): Promise<RecordedCompletions> =>
    new RecordedCompletions(workspaceFiles(await watcher.folder(workspace), server.env));
  const needsTrust = { needsTrust: true };
  answer(
    server,
    REQUESTS.recordCompletion,
    async ({ workspace, used }) => {
      (await recorded(workspace)).record(used);
      return null;
    },
    needsTrust,
  );
  answer(server, REQUESTS.recordedCompletions, async ({ workspace }) => (await recorded(workspace)).list());
  answer(server, REQUESTS.deleteRecordedCompletions, async ({ workspace }) => {
    await (await recorded(workspace)).delete();
    return null;
  });
}
