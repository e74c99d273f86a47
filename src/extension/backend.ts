import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  InlineCompletionRequest,
  LanguageClient,
  ProgressType,
  RevealOutputChannelOn,
  State,
  TransportKind,
  type Middleware,
} from 'vscode-languageclient/node';
import type { z } from 'zod';
import {
  CHANGED,
  COMPLETED,
  COMPLETION_FOLDERS,
  WorkEvent,
  type BackendOptions,
  type BackendRequest,
  type CompletionFolder,
} from '../protocol/backend.ts';
import type { RunEvent } from '../protocol/run.ts';
import { Restarts, whyEnded, type Ending } from './restartPolicy.ts';

export type StoreChange = z.infer<typeof CHANGED.params>;
export type CompletedRequest = z.infer<typeof COMPLETED.params>;

/** How the extension completes documents, as the server needs it. */
export interface CompletionSetup {
  /** Asked at each start of the server, and whenever something has changed. */
  folders: () => Promise<CompletionFolder[]>;
  middleware: Pick<Middleware, 'provideInlineCompletionItems'>;
}

const NOTHING_COMPLETED: CompletionSetup = { folders: () => Promise.resolve([]), middleware: {} };
/** The documents whose text the client sends to the server. */
export const COMPLETED_DOCUMENTS = [
  { language: 'python', scheme: 'file' },
  { language: 'python', scheme: 'vscode-notebook-cell' },
];

/** State of a server that ended unexpectedly. `why` is the reason, in words, where it is not restarted. */
export type BackendState = { state: 'running' | 'restarting' } | { state: 'gave up'; why: string };

/** Number of broken messages in a row after which the client closes the connection. */
const MOST_ERRORS = 3;

/** `token` cancels a request; `onEvent` receives its events. */
export interface RequestOptions {
  token?: vscode.CancellationToken;
  onEvent?: (event: RunEvent) => void;
}

/** One start of the server. */
interface Session {
  client: Promise<LanguageClient>;
  /** The client once the server has started. */
  running: LanguageClient | undefined;
}

/**
 * The server process (`leti serve`) and the only way to talk to it. The first request starts it. All its state is on
 * disk, so it may end at any time.
 */
export class Backend implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #module: string;
  readonly #completing: CompletionSetup;
  readonly #variables: () => Promise<Record<string, string>>;
  readonly #completed = new vscode.EventEmitter<CompletedRequest>();
  readonly #changed = new vscode.EventEmitter<StoreChange>();
  readonly #state = new vscode.EventEmitter<BackendState>();
  #lost = false;
  /**
   * True from `dispose` on. Then nothing starts again and nothing writes to the log, which may be gone while the
   * process ends.
   */
  #disposed = false;
  #session: Session | undefined;
  /** The end of the sessions before. The next start waits for it, so there are never two servers. */
  #ending: Promise<void> = Promise.resolve();
  #tokens = 0;
  /** Number of times that `tellCompletionFolders` was called. */
  #asked = 0;

  /** Fires when stored runs or models change, from any process. */
  readonly onChanged = this.#changed.event;
  /** Fires when the server ends unexpectedly, and when it is back. */
  readonly onState = this.#state.event;
  /** Fires when the server has answered a completion request. */
  readonly onCompleted = this.#completed.event;

  /** `variables` is asked at each start for variables that only the server process gets. */
  constructor(
    log: vscode.LogOutputChannel,
    module: string,
    completing = NOTHING_COMPLETED,
    variables: () => Promise<Record<string, string>> = () => Promise.resolve({}),
  ) {
    this.#log = log;
    this.#module = module;
    this.#completing = completing;
    this.#variables = variables;
  }

  /**
   * Tells a running server how it completes each folder from now on. A server that starts later asks by itself, and one
   * that is starting gets the newest answer after its start.
   */
  async tellCompletionFolders(): Promise<void> {
    const session = this.#session;
    if (session === undefined || !vscode.workspace.isTrusted) return;
    const asked = ++this.#asked;
    const folders = await this.#completing.folders();
    const client = await session.client;
    // An older answer may not replace a newer one, nor reach a server that was stopped meanwhile.
    if (asked !== this.#asked || client.state !== State.Running || this.#session !== session) return;
    await client.sendNotification(COMPLETION_FOLDERS.method, { folders });
  }

  /**
   * Starts the server if needed and returns its completion provider. Undefined while the server runs, because VS Code
   * then asks the provider that the client has registered; undefined too in Restricted Mode.
   */
  async completer(document: vscode.TextDocument): Promise<vscode.InlineCompletionItemProvider | undefined> {
    if (this.#session?.running?.state === State.Running) return undefined;
    const client = await this.#started();
    return client.getFeature(InlineCompletionRequest.method)?.getProvider(document);
  }

  /**
   * Sends a request and checks the shape of the answer. Rejects with the server's error; `explain` makes a message of
   * it.
   */
  async ask<Params extends object, Result>(
    request: BackendRequest<Params, Result>,
    params: Params,
    following: RequestOptions = {},
  ): Promise<Result> {
    const client = await this.#started();
    // The client would take `undefined` for a parameter of the request.
    const { onEvent, token = new vscode.CancellationTokenSource().token } = following;
    if (onEvent === undefined) {
      return request.result.parse(await client.sendRequest(request.method, params, token));
    }
    const progressToken = `leti-${this.#tokens++}`;
    const heard = client.onProgress(new ProgressType<unknown>(), progressToken, (value) => {
      onEvent(WorkEvent.parse(value));
    });
    try {
      return request.result.parse(
        await client.sendRequest(request.method, { ...params, progressToken }, token),
      );
    } finally {
      heard.dispose();
    }
  }

  /** Ends the server, also one that is starting. The next request starts a new one, which gets the current trust. */
  async stop(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) {
      const ending = this.#ending.then(async () => {
        // The caller of a failed start has its error already.
        await (await session.client.catch(() => undefined))?.dispose();
      });
      // A server that could not be stopped in an orderly way does not keep the next one from starting.
      this.#ending = ending.catch((error: unknown) => {
        if (!this.#disposed) this.#log.warn(`The server did not stop in an orderly way: ${String(error)}`);
      });
    }
    await this.#ending;
  }

  dispose(): void {
    this.#disposed = true;
    this.#changed.dispose();
    this.#completed.dispose();
    this.#state.dispose();
    this.stop().catch((error: unknown) => {
      this.#log.warn(String(error));
    });
  }

  /** Concurrent callers share one start. After too many crashes the client has stopped; then a new one starts. */
  #started(): Promise<LanguageClient> {
    const state = this.#session?.running?.state;
    if (state === State.Stopped || state === State.StartFailed) this.#session = undefined;
    if (this.#session === undefined) {
      const session: Session = { client: this.#ending.then(() => this.#start()), running: undefined };
      this.#session = session;
      session.client.then(
        (client) => {
          session.running = client;
        },
        () => {
          if (this.#session === session) this.#session = undefined;
        },
      );
    }
    return this.#session.client;
  }

  async #start(): Promise<LanguageClient> {
    const trusted = vscode.workspace.isTrusted;
    const options: BackendOptions = {
      trusted,
      ...(trusted ? { completion: { folders: await this.#completing.folders() } } : {}),
    };
    const env = await this.#variables();
    const restarts = new Restarts();
    let ending: Ending = { code: null, signal: null, lastLine: '' };
    const client = new LanguageClient(
      'leti',
      'LeTI',
      { module: this.#module, args: ['serve'], transport: TransportKind.ipc, options: { env } },
      {
        outputChannel: this.#log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: options,
        ...(trusted ? { documentSelector: COMPLETED_DOCUMENTS } : {}),
        middleware: this.#completing.middleware,
        stdioOptions: {
          stdout: (input) => {
            eachLine(input, (line) => {
              if (!this.#disposed) this.#log.info(line);
            });
          },
          stderr: (input) => {
            eachLine(input, (line) => {
              ending.lastLine = line;
              if (!this.#disposed) this.#log.error(line);
            });
          },
        },
        errorHandler: {
          error: (_error, _message, count) => ({
            action: (count ?? 0) <= MOST_ERRORS ? ErrorAction.Continue : ErrorAction.Shutdown,
          }),
          // Listeners of `onState` tell the user.
          closed: () => ({
            action: this.#ended(restarts, ending) ? CloseAction.Restart : CloseAction.DoNotRestart,
            handled: true,
          }),
        },
      },
    );
    client.onNotification(CHANGED.method, (change: unknown) => {
      this.#changed.fire(CHANGED.params.parse(change));
    });
    client.onNotification(COMPLETED.method, (completed: unknown) => {
      this.#completed.fire(COMPLETED.params.parse(completed));
    });
    client.onDidChangeState(({ newState }) => {
      if (newState !== State.Running) return;
      ending = { code: null, signal: null, lastLine: '' };
      const own = ending;
      client.serverProcess?.once('exit', (code, signal) => {
        Object.assign(own, { code, signal });
      });
      this.#log.info('The server has started.');
      if (this.#lost) this.#state.fire({ state: 'running' });
      this.#lost = false;
    });
    await client.start();
    return client;
  }

  /** Handles an unexpected end. True where the server restarts. */
  #ended(restarts: Restarts, ending: Ending): boolean {
    if (this.#disposed) return false;
    const again = restarts.ended(Date.now());
    const why = whyEnded(ending);
    this.#lost = true;
    this.#log.error(`The server has ended: ${why}.`);
    this.#state.fire(again ? { state: 'restarting' } : { state: 'gave up', why });
    return again;
  }
}

/** Calls `hear` with each non-empty line of a stream. */
function eachLine(input: NodeJS.ReadableStream, hear: (line: string) => void): void {
  let rest = '';
  input.setEncoding('utf8');
  input.on('data', (chunk: string | Buffer) => {
    const lines = (rest + chunk.toString()).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') hear(line);
  });
}
