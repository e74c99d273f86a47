import {
  createConnection,
  ErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  type Connection,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { z } from 'zod';
import { packageVersion } from '../process/packageRoot.ts';
import { BackendOptions } from '../protocol/backend.ts';
import { answerCompletion } from './handlers/completion.ts';
import { answerModels } from './handlers/models.ts';
import { answerRuns } from './handlers/runs.ts';
import { answerRecorded } from './handlers/recorded.ts';
import { answerWorkspace } from './handlers/workspace.ts';
import { watchStores } from './stores.ts';
import type { ServerContext } from './work.ts';

/** Time that orderly stopping may take when the client goes. */
const PATIENCE_MS = 1500;

/**
 * The language server: answers what the client asks until it says goodbye or its end of the pipe closes. It holds no
 * state that is not on disk; a run that is under way then is interrupted and can be resumed.
 */
export function serve(
  connection: Connection = createConnection(),
  env: NodeJS.ProcessEnv = process.env,
): void {
  const stop = new AbortController();
  connection.onInitialize((params): InitializeResult => {
    const options = optionsOf(params.initializationOptions, connection);
    const server: ServerContext = {
      connection,
      env: withoutActivated(env),
      stopped: stop.signal,
      trusted: options.trusted,
    };
    const watcher = watchStores(server);
    answerRuns(server, watcher);
    answerModels(server, watcher);
    answerRecorded(server, watcher);
    answerWorkspace(server, watcher);
    const opened = (params.workspaceFolders ?? []).map(({ uri }) => uri);
    answerCompletion(server, watcher, options.completion, opened);
    return {
      capabilities:
        options.completion === undefined
          ? { textDocumentSync: TextDocumentSyncKind.None }
          : {
              textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
              notebookDocumentSync: {
                notebookSelector: [{ notebook: '*', cells: [{ language: 'python' }] }],
              },
              inlineCompletionProvider: true,
              workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
            },
      serverInfo: { name: 'LeTI', version: packageVersion() },
    };
  });
  connection.onShutdown(async () => {
    stop.abort();
    // Children are told to end at once; this is the time in which a run is marked as interrupted.
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS / 3));
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      stop.abort();
      setTimeout(() => process.exit(0), PATIENCE_MS).unref();
    });
  }
  connection.listen();
}

/** A client that says nothing of trust gets Restricted Mode: an editor asks no one before it opens a folder. */
function optionsOf(given: unknown, connection: Connection): BackendOptions {
  const options = BackendOptions.safeParse(given ?? {});
  if (options.success) {
    const unknown = Object.keys(given ?? {}).filter((key) => !(key in BackendOptions.shape));
    if (unknown.length > 0)
      connection.console.warn(`initializationOptions: these keys are not known: ${unknown.join(', ')}`);
    return options.data;
  }
  throw new ResponseError(
    ErrorCodes.InvalidParams,
    `initializationOptions: ${z.prettifyError(options.error)}`,
  );
}

/**
 * The environment without a Python one that happened to be activated where the editor was started: the editor names an
 * interpreter, else the workspace's own counts.
 */
function withoutActivated(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const activated = new Set(['VIRTUAL_ENV', 'CONDA_PREFIX']);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !activated.has(name)));
}
