import path from 'node:path';
import { pause } from '../../process/pause.ts';
import { fileURLToPath } from 'node:url';
import {
  InlineCompletionTriggerKind,
  TextDocuments,
  type InlineCompletionItem,
  type InlineCompletionParams,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { debounceMs } from '../../core/completion/debounce.ts';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { offsetAt } from '../../core/text/positions.ts';
import { COMPLETED, REQUESTS, type CompletionOptions } from '../../protocol/backend.ts';
import { InterruptedError, type NextStep, UserError } from '../../protocol/errors.ts';
import { CompletionService, type Completed } from '../../app/completion/service.ts';
import { verifyCompletion, verifyText } from '../../app/completion/verify.ts';
import { Workbench } from '../../app/workbench.ts';
import { projectOf } from '../../app/folders.ts';
import type { StoreWatcher } from '../stores.ts';
import { aborted, answer, contextOf, responseError, type ServerContext } from '../work.ts';

const IDLE_MINUTES = 5;
/** Key times and answers that are remembered. */
const RECENT = 20;

/** Completes documents that the client sends, and places that it names. `folders` are its workspace folders' addresses. */
export function answerCompletion(
  server: ServerContext,
  watcher: StoreWatcher,
  options: CompletionOptions | undefined,
  folders: readonly string[],
): void {
  const { connection } = server;
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
        services.startFrom(workspace, params.fallbackModel);
        return await services.use(workspace, (service) => verifyCompletion(service, workbench, request));
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

  const changes: number[] = [];
  const documents = new TextDocuments(TextDocument);
  const opened = new Set<string>();
  documents.onDidOpen(({ document }) => {
    opened.add(document.uri);
  });
  documents.onDidChangeContent(({ document }) => {
    // Opening a document also reports its content, and is no keystroke.
    if (opened.delete(document.uri)) return;
    changes.push(performance.now());
    if (changes.length > RECENT) changes.shift();
  });
  documents.listen(connection);
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
    const place = placeOf(documents.get(uri), params);
    if (place === undefined || !server.trusted) return [];
    const manual = params.context.triggerKind === InlineCompletionTriggerKind.Invoked;
    if (isOff(uri, folders, options.off ?? [])) {
      const why = 'completions are off in this folder';
      tell(uri, { why, cached: false, model: undefined, hash: undefined, milliseconds: 0 }, false);
      return [];
    }
    const workspace = await watcher.folder(workspaceOf(uri, folders));
    return await services.use(workspace, async (service) => {
      const wait = debounceMs({ changes, latency }, { manual, cached: service.knows(place) });
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

/** One service per workspace, made on the first request. Its processes end after some minutes without a request. */
class CompletionServices {
  readonly #server: ServerContext;
  readonly #options: CompletionOptions;
  readonly #known = new Map<string, CompletionService>();
  readonly #fallbackModels = new Map<string, string>();
  #busy = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(server: ServerContext, options: CompletionOptions) {
    this.#server = server;
    this.#options = options;
    server.stopped.addEventListener('abort', () => {
      this.#rest();
    });
  }

  /** Notes what a workspace's user starts from, where the request says it. */
  startFrom(workspace: string, model: string | undefined): void {
    if (model !== undefined) this.#fallbackModels.set(workspace, model);
  }

  async use<T>(workspace: string, work: (service: CompletionService) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#busy += 1;
    try {
      return await work(this.#of(workspace));
    } finally {
      this.#busy -= 1;
      if (this.#busy === 0) {
        const minutes = this.#options.idleMinutes ?? IDLE_MINUTES;
        this.#idle = setTimeout(() => {
          this.#rest();
        }, minutes * 60_000).unref();
      }
    }
  }

  #of(workspace: string): CompletionService {
    const known = this.#known.get(workspace);
    if (known !== undefined) return known;
    const { interpreter, model, fallbackModel = DEFAULT_RUN.model } = this.#options;
    const { stopped, connection } = this.#server;
    const workbench = new Workbench({
      workspace,
      device: 'auto',
      ...contextOf(this.#server, { workspace, interpreter }, stopped),
    });
    const service = new CompletionService({
      workbench,
      start: workbench.startCompleter,
      model,
      fallbackModel: () => this.#fallbackModels.get(workspace) ?? fallbackModel,
      prepare: false,
      onNotice: (message) => {
        connection.console.warn(message);
      },
    });
    this.#known.set(workspace, service);
    return service;
  }

  #rest(): void {
    for (const service of this.#known.values()) {
      service.close().catch((error: unknown) => {
        this.#server.connection.console.warn(String(error));
      });
    }
  }
}

interface DocumentPlace {
  text: string;
  offset: number;
  /** What is selected in a list of suggestions; the completion continues after it. */
  selected: InlineCompletionParams['context']['selectedCompletionInfo'];
}

function placeOf(
  document: TextDocument | undefined,
  { position, context }: InlineCompletionParams,
): DocumentPlace | undefined {
  // A client that is a version behind may name a line that is gone.
  if (document === undefined || position.line >= document.lineCount) return undefined;
  const text = document.getText();
  const selected = context.selectedCompletionInfo;
  if (selected === undefined) return { text, offset: document.offsetAt(position), selected };
  const [start, end] = [document.offsetAt(selected.range.start), document.offsetAt(selected.range.end)];
  return {
    text: text.slice(0, start) + selected.text + text.slice(end),
    offset: start + selected.text.length,
    selected,
  };
}

/** The place that a request names; throws a UserError where its text has no such line. */
function offsetIn(params: { path: string; text: string; line: number; character: number }): number {
  const offset = offsetAt(params.text, params);
  if (offset === undefined)
    throw new UserError(`${params.path} has no line ${params.line}: the file has changed.`, 'Try again.', 2);
  return offset;
}

/** The innermost of the client's folders that holds a file; without one the folder of its project. */
function workspaceOf(uri: string, folders: readonly string[]): string {
  if (!uri.startsWith('file:'))
    throw new UserError('LeTI completes only files on disk.', 'Save the document first.');
  const file = fileURLToPath(uri);
  return innermost(file, pathsOf(folders)) ?? projectOf(file);
}

/** Whether the innermost folder of a file is one in which nothing is completed. */
function isOff(uri: string, folders: readonly string[], off: readonly string[]): boolean {
  if (!uri.startsWith('file:')) return false;
  const holding = innermost(fileURLToPath(uri), [...pathsOf(folders), ...off]);
  return holding !== undefined && off.includes(holding);
}

function pathsOf(folders: readonly string[]): string[] {
  return folders.filter((folder) => folder.startsWith('file:')).map((folder) => fileURLToPath(folder));
}

function innermost(file: string, folders: readonly string[]): string | undefined {
  return folders
    .filter((folder) => file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep))
    .sort((a, b) => b.length - a.length)[0];
}
