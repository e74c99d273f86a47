import { pause } from '../../process/pause.ts';
import {
  DidChangeWorkspaceFoldersNotification,
  InlineCompletionTriggerKind,
  type InlineCompletionItem,
  type InlineCompletionParams,
} from 'vscode-languageserver/node';
import { debounceMs } from '../../core/completion/debounce.ts';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { offsetAt } from '../../core/text/positions.ts';
import {
  COMPLETED,
  COMPLETION_FOLDERS,
  REQUESTS,
  type CompletionOptions,
  type Place,
} from '../../protocol/backend.ts';
import { InterruptedError, type NextStep, UserError } from '../../protocol/errors.ts';
import { CompletionService, type Completed } from '../../app/completion/service.ts';
import { verifyCompletion, verifyText } from '../../app/completion/verify.ts';
import { Workbench } from '../../app/workbench.ts';
import { CompletionDocuments } from '../completionDocuments.ts';
import type { StoreWatcher } from '../stores.ts';
import { aborted, answer, contextOf, responseError, type ServerContext } from '../work.ts';
import { CompletionFolders, type FolderSettings } from './completionFolders.ts';

const IDLE_MINUTES = 5;

/** Completes documents that the client sends, and places that it names. `opened` are its workspace folders' addresses. */
export function answerCompletion(
  server: ServerContext,
  watcher: StoreWatcher,
  options: CompletionOptions | undefined,
  opened: readonly string[],
): void {
  const { connection } = server;
  const folders = new CompletionFolders(options ?? {}, opened);
  const services = new CompletionServices(server, options ?? {});
  answer(
    server,
    REQUESTS.complete,
    async (params, signal) => {
      const workspace = await watcher.folder(params.workspace);
      const offset = offsetIn(params);
      const workbench = new Workbench({ workspace, device: 'auto', ...contextOf(server, params, signal) });
      try {
        const { path: file, text, candidates, execute, seconds } = params;
        const limit = seconds === undefined ? {} : { seconds };
        const request = { path: file, text, offset, candidates, execute, ...limit, signal };
        const settings = settingsOf(params, folders.settings(params.workspace));
        return await services.use(workspace, settings, (service) =>
          verifyCompletion(service, workbench, request),
        );
      } finally {
        await workbench.close();
      }
    },
    { needsTrust: true },
  );
  answer(
    server,
    REQUESTS.verifyText,
    async (params, signal) => {
      const workspace = await watcher.folder(params.workspace);
      const workbench = new Workbench({ workspace, device: 'auto', ...contextOf(server, params, signal) });
      try {
        return await verifyText(workbench, { ...params, offset: offsetIn(params), signal });
      } finally {
        await workbench.close();
      }
    },
    { needsTrust: true },
  );
  if (options === undefined) return;

  connection.onNotification(COMPLETION_FOLDERS.method, (params: unknown) => {
    folders.set(COMPLETION_FOLDERS.params.parse(params).folders);
  });
  connection.onNotification(DidChangeWorkspaceFoldersNotification.type, ({ event: { added, removed } }) => {
    folders.change(
      added.map(({ uri }) => uri),
      removed.map(({ uri }) => uri),
    );
  });

  const documents = new CompletionDocuments(connection);
  let latency: number | undefined;
  let newest = new AbortController();
  const tell = (
    uri: string,
    told: Omit<Completed, 'text' | 'writingMs'> & { nextStep?: NextStep },
    shown: boolean,
  ): void => {
    const { why, nextStep, model, hash, cached, milliseconds } = told;
    const params = {
      uri,
      shown,
      cached,
      milliseconds,
      ...(why === undefined ? {} : { why }),
      ...(nextStep === undefined ? {} : { nextStep }),
      ...(model === undefined ? {} : { model }),
      ...(hash === undefined ? {} : { hash }),
    };
    connection.sendNotification(COMPLETED.method, params).catch((error: unknown) => {
      connection.console.warn(String(error));
    });
  };
  const complete = async (
    params: InlineCompletionParams,
    signal: AbortSignal,
  ): Promise<InlineCompletionItem[]> => {
    const { uri } = params.textDocument;
    const place = documents.place(params);
    if (place === undefined || !server.trusted) return [];
    const manual = params.context.triggerKind === InlineCompletionTriggerKind.Invoked;
    if ('why' in place || folders.isOff(place.file)) {
      const why = 'why' in place ? place.why : 'completions are off in this folder';
      tell(uri, { why, cached: false, model: undefined, hash: undefined, milliseconds: 0 }, false);
      return [];
    }
    const folder = folders.of(place.file);
    const workspace = await watcher.folder(folder);
    return await services.use(workspace, folders.settings(folder), async (service) => {
      const wait = debounceMs(
        { changes: documents.changes, latency },
        { manual, cached: service.knows(place) },
      );
      if (wait > 0) await pause(wait, signal);
      const asked = { ...place, manual, comments: options.comments === true, signal };
      const completed = await service.complete(asked);
      const { writingMs } = completed;
      if (writingMs !== undefined)
        latency = latency === undefined ? writingMs : (latency * 3 + writingMs) / 4;
      tell(uri, completed, completed.text !== undefined);
      if (completed.text === undefined) return [];
      const { selected } = place;
      // Who asks by hand may choose; who types is shown one, at once.
      const others = manual ? await service.others(asked, completed.text) : [];
      return [completed.text, ...others].map((text) =>
        selected === undefined
          ? { insertText: text }
          : { insertText: selected.text + text, range: selected.range },
      );
    });
  };
  connection.languages.inlineCompletion.on(async (params, token) => {
    // Only the newest place is of interest: the user has gone on.
    newest.abort();
    newest = new AbortController();
    const began = performance.now();
    try {
      return await complete(params, AbortSignal.any([server.stopped, newest.signal, aborted(token)]));
    } catch (error) {
      if (error instanceof InterruptedError) return [];
      if (
        !(error instanceof UserError) ||
        params.context.triggerKind === InlineCompletionTriggerKind.Invoked
      ) {
        throw responseError(error);
      }
      // Who only types is not told by a message; the status says it.
      const milliseconds = performance.now() - began;
      tell(
        params.textDocument.uri,
        {
          why: error.message,
          nextStep: error.nextStep,
          cached: false,
          model: undefined,
          hash: undefined,
          milliseconds,
        },
        false,
      );
      return [];
    }
  });
}

/** The settings of a folder, and what a request says of it. */
function settingsOf(
  { interpreter, fallbackModel }: Pick<Place, 'interpreter'> & FolderSettings,
  settings: FolderSettings,
): FolderSettings {
  return {
    interpreter: interpreter ?? settings.interpreter,
    fallbackModel: fallbackModel ?? settings.fallbackModel,
  };
}

/** A service with the settings that it goes by, and the number of requests that it answers now. */
interface KnownService {
  service: CompletionService;
  settings: FolderSettings;
  users: number;
}

/** One service per workspace, made on the first request. Its processes end after some minutes without a request. */
class CompletionServices {
  readonly #server: ServerContext;
  readonly #options: CompletionOptions;
  readonly #known = new Map<string, KnownService>();
  #busy = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(server: ServerContext, options: CompletionOptions) {
    this.#server = server;
    this.#options = options;
    server.stopped.addEventListener('abort', () => {
      this.#rest();
    });
  }

  async use<T>(
    workspace: string,
    settings: FolderSettings,
    work: (service: CompletionService) => Promise<T>,
  ): Promise<T> {
    clearTimeout(this.#idle);
    const known = this.#of(workspace, settings);
    this.#busy += 1;
    known.users += 1;
    try {
      return await work(known.service);
    } finally {
      known.users -= 1;
      this.#closeIfReplaced(workspace, known);
      this.#busy -= 1;
      if (this.#busy === 0) {
        const minutes = this.#options.idleMinutes ?? IDLE_MINUTES;
        this.#idle = setTimeout(() => {
          this.#rest();
        }, minutes * 60_000).unref();
      }
    }
  }

  /** A service keeps its interpreter, so another interpreter needs another service. */
  #of(workspace: string, settings: FolderSettings): KnownService {
    const old = this.#known.get(workspace);
    if (old !== undefined && old.settings.interpreter === settings.interpreter) {
      old.settings = settings;
      return old;
    }
    const { stopped, connection } = this.#server;
    const workbench = new Workbench({
      workspace,
      device: 'auto',
      ...contextOf(this.#server, { workspace, interpreter: settings.interpreter }, stopped),
    });
    const service = new CompletionService({
      workbench,
      start: workbench.startCompleter,
      model: this.#options.model,
      fallbackModel: () => known.settings.fallbackModel ?? DEFAULT_RUN.model,
      prepare: false,
      onNotice: (message) => {
        connection.console.warn(message);
      },
    });
    const known: KnownService = { service, settings, users: 0 };
    this.#known.set(workspace, known);
    if (old !== undefined) this.#closeIfReplaced(workspace, old);
    return known;
  }

  #closeIfReplaced(workspace: string, known: KnownService): void {
    if (known.users === 0 && this.#known.get(workspace) !== known) this.#close(known);
  }

  #rest(): void {
    for (const known of this.#known.values()) this.#close(known);
  }

  #close({ service }: KnownService): void {
    service.close().catch((error: unknown) => {
      this.#server.connection.console.warn(String(error));
    });
  }
}

/** The place that a request names; throws a UserError where its text has no such line. */
function offsetIn(params: { path: string; text: string; line: number; character: number }): number {
  const offset = offsetAt(params.text, params);
  if (offset === undefined)
    throw new UserError(`${params.path} has no line ${params.line}: the file has changed.`, 'Try again.', 2);
  return offset;
}
