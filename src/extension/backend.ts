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
  WorkEvent,
  type BackendOptions,
  type BackendRequest,
  type CompletionOptions,
} from '../protocol/backend.ts';
import type { RunEvent } from '../protocol/run.ts';
import { Restarts, whyEnded, type Ending } from './restartPolicy.ts';

export type StoreChange = z.infer<typeof CHANGED.params>;
export type CompletedRequest = z.infer<typeof COMPLETED.params>;

/** What the backend needs to know to complete while somebody types. */
export interface CompletionSetup {
  /** Undefined where nothing is completed; then no document is sent either. Asked at each start. */
  options: () => Promise<CompletionOptions | undefined>;
  middleware: Pick<Middleware, 'provideInlineCompletionItems'>;
}

const NOTHING_COMPLETED: CompletionSetup = { options: () => Promise.resolve(undefined), middleware: {} };
/** Whose text the backend is sent. */
const COMPLETED_DOCUMENTS = [{ language: 'python', scheme: 'file' }];

/** What becomes of a backend that ended without being asked to. `why` is said when it is not started again. */
export type BackendState = { state: 'running' | 'restarting' } | { state: 'gave up'; why: string };

/** Broken messages in a row after which the connection is given up. */
const MOST_ERRORS = 3;

/** How a request is followed: by its events, and stopped by its token. */
export interface RequestOptions {
  token?: vscode.CancellationToken;
  onEvent?: (event: RunEvent) => void;
}

/**
 * The backend process (`leti serve`) and the one way to talk to it. It starts with the first question and never
 * before; everything that it knows is on disk, so it may end at any time.
 */
export class Backend implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #module: string;
  readonly #completing: CompletionSetup;
  readonly #completed = new vscode.EventEmitter<CompletedRequest>();
  readonly #changed = new vscode.EventEmitter<StoreChange>();
  readonly #state = new vscode.EventEmitter<BackendState>();
  #lost = false;
  /** From then on it starts nothing again and writes no log, which may be gone: its process may still speak while it ends. */
  #disposed = false;
  #client: Promise<LanguageClient> | undefined;
  #running: LanguageClient | undefined;
  #tokens = 0;
  #startedWith: CompletionOptions | undefined;

  /** Something stored has changed, whoever changed it. */
  readonly onChanged = this.#changed.event;
  /** It ended by itself, or is back after that. */
  readonly onState = this.#state.event;
  /** A document's completion was answered. */
  readonly onCompleted = this.#completed.event;

  constructor(log: vscode.LogOutputChannel, module: string, completing = NOTHING_COMPLETED) {
    this.#log = log;
    this.#module = module;
    this.#completing = completing;
  }

  /** Whether one is there that was told other completion options at its start than the given. */
  startedWithOther(options: CompletionOptions | undefined): boolean {
    return this.#running !== undefined && JSON.stringify(options) !== JSON.stringify(this.#startedWith);
  }

  /**
   * What completes documents, started if need be. Undefined while a running backend registers its own provider, which
   * VS Code asks then, and where nothing is completed.
   */
  async completer(document: vscode.TextDocument): Promise<vscode.InlineCompletionItemProvider | undefined> {
    if (this.#running?.state === State.Running) return undefined;
    const client = await this.#started();
    return client.getFeature(InlineCompletionRequest.method)?.getProvider(document);
  }

  /**
   * Asks and checks the answer's shape. Rejects with the backend's error, whose message and next step are meant for
   * people (see `explain`).
   */
  async ask<Params extends object, Result>(
    request: BackendRequest<Params, Result>,
    params: Params,
    following: RequestOptions = {},
  ): Promise<Result> {
    const client = await this.#started();
    // Left out, the client would take it for one more parameter.
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

  /** Ends the backend; the next question starts a new one, which knows of changed trust and settings. */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#forget();
    // A backend that never started has said so to whoever asked it.
    await (await client?.catch(() => undefined))?.dispose();
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

  /** One backend for all who ask at once. After too many crashes the client has stopped, and a new one is made. */
  #started(): Promise<LanguageClient> {
    const state = this.#running?.state;
    if (state === State.Stopped || state === State.StartFailed) this.#forget();
    return (this.#client ??= this.#start().catch((error: unknown) => {
      this.#forget();
      throw error;
    }));
  }

  #forget(): void {
    this.#client = undefined;
    this.#running = undefined;
  }

  async #start(): Promise<LanguageClient> {
    const trusted = vscode.workspace.isTrusted;
    const completion = trusted ? await this.#completing.options() : undefined;
    this.#startedWith = completion;
    const options: BackendOptions = { trusted, ...(completion === undefined ? {} : { completion }) };
    const restarts = new Restarts();
    let ending: Ending = { code: null, signal: null, lastLine: '' };
    const client = new LanguageClient(
      'leti',
      'LeTI',
      { module: this.#module, args: ['serve'], transport: TransportKind.ipc },
      {
        outputChannel: this.#log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: options,
        ...(completion === undefined ? {} : { documentSelector: COMPLETED_DOCUMENTS }),
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
          // It is said by whoever listens to `onState`.
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
    this.#running = client;
    return client;
  }

  /** It ended without being asked to; true when it is to be started again. */
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

/** What a process prints, line by line. */
function eachLine(input: NodeJS.ReadableStream, hear: (line: string) => void): void {
  let rest = '';
  input.setEncoding('utf8');
  input.on('data', (chunk: string | Buffer) => {
    const lines = (rest + chunk.toString()).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') hear(line);
  });
}
