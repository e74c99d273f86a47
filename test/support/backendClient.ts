import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import path from 'node:path';
import {
  CancellationTokenSource,
  createProtocolConnection,
  ProgressType,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type ProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import {
  CHANGED,
  ErrorData,
  WorkEvent,
  type BackendOptions,
  type BackendRequest,
} from '../../src/protocol/backend.ts';
import { commandLineStep } from '../../src/cli/stepWords.ts';
import type { RunEvent } from '../../src/protocol/run.ts';
import { letiScript, root } from './tinyRun.ts';

/** `leti serve --stdio` with an LSP client that is not VS Code. */
export class BackendClient {
  readonly child: ChildProcess;
  readonly connection: ProtocolConnection;
  /** Everything that the backend said to have changed. */
  readonly changes: { workspace: string; what: string }[] = [];
  #tokens = 0;

  /** `env` is added to the environment of the tests. */
  constructor(home: string, env: NodeJS.ProcessEnv = {}, cwd?: string) {
    this.child = spawn(path.join(root, 'node_modules/.bin/node'), [letiScript(), 'serve', '--stdio'], {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, LETI_HOME: home, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdin, stdout } = this.child;
    if (stdin === null || stdout === null) throw new Error('the backend has no pipes');
    // A client that a failed test left open keeps no test process alive; the backend ends with it.
    this.child.unref();
    for (const pipe of [stdin, stdout]) if (pipe instanceof Socket) pipe.unref();
    this.connection = createProtocolConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    this.connection.onNotification(CHANGED.method, (change: unknown) => {
      this.changes.push(CHANGED.params.parse(change));
    });
    this.connection.listen();
  }

  async initialize(options: BackendOptions): Promise<void> {
    await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions: options,
    });
    await this.connection.sendNotification('initialized', {});
  }

  /** Asks and checks the answer. `onEvent` hears of the work's progress and may cancel it. */
  async ask<Params extends object, Result>(
    request: BackendRequest<Params, Result>,
    params: Params,
    onEvent?: (event: RunEvent, cancel: () => void) => void,
  ): Promise<Result> {
    const source = new CancellationTokenSource();
    const token = `work-${this.#tokens++}`;
    const heard = this.connection.onProgress(new ProgressType<unknown>(), token, (value) => {
      onEvent?.(WorkEvent.parse(value), () => {
        source.cancel();
      });
    });
    try {
      const answer: unknown = await this.connection.sendRequest(
        request.method,
        onEvent === undefined ? params : { ...params, progressToken: token },
        source.token,
      );
      return request.result.parse(answer);
    } finally {
      heard.dispose();
      source.dispose();
    }
  }

  /** Asks, and changes its mind at once. */
  async askAndCancel<Params extends object, Result>(
    request: BackendRequest<Params, Result>,
    params: Params,
  ): Promise<Result> {
    const source = new CancellationTokenSource();
    const answer = this.connection.sendRequest(request.method, params, source.token);
    source.cancel();
    return request.result.parse(await answer);
  }

  /** Says goodbye as an editor does; resolves with the exit code. */
  async close(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.child.on('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    return await ended;
  }
}

/** What a request that must be refused was answered with: the message and its next step. */
export async function refusal(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ResponseError, 'it was answered');
  const data = ErrorData.safeParse(error.data);
  return `${error.message}${data.success ? ` ${commandLineStep(data.data.nextStep)}` : ''}`;
}
