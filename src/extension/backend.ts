import * as vscode from 'vscode';
import {
  LanguageClient,
  ProgressType,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import type { z } from 'zod';
import { CHANGED, WorkEvent, type BackendOptions, type BackendRequest } from '../protocol/backend.ts';
import type { RunEvent } from '../protocol/run.ts';

export type Change = z.infer<typeof CHANGED.params>;

/** Crashes within three minutes after which the backend is started again; at the next one it stays away. */
const MOST_RESTARTS = 2;

/** How a request is followed: by its events, and stopped by its token. */
export interface Following {
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
  readonly #changed = new vscode.EventEmitter<Change>();
  #client: Promise<LanguageClient> | undefined;
  #running: LanguageClient | undefined;
  #tokens = 0;

  /** Something stored has changed, whoever changed it. */
  readonly onChanged = this.#changed.event;

  constructor(log: vscode.LogOutputChannel, module: string) {
    this.#log = log;
    this.#module = module;
  }

  /**
   * Asks and checks the answer's shape. Rejects with the backend's error, whose message and next step are meant for
   * people (see `explain`).
   */
  async ask<Params extends object, Result>(
    request: BackendRequest<Params, Result>,
    params: Params,
    following: Following = {},
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
    this.#changed.dispose();
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
    const options: BackendOptions = { trusted: vscode.workspace.isTrusted };
    const client = new LanguageClient(
      'leti',
      'LeTI',
      { module: this.#module, args: ['serve'], transport: TransportKind.ipc },
      {
        outputChannel: this.#log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: options,
        connectionOptions: { maxRestartCount: MOST_RESTARTS },
      },
    );
    client.onNotification(CHANGED.method, (change: unknown) => {
      this.#changed.fire(CHANGED.params.parse(change));
    });
    await client.start();
    this.#running = client;
    this.#log.info('The backend has started.');
    return client;
  }
}
