import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InterruptedError, UserError } from '../protocol/errors.ts';
import { WorkerMessage, type WorkerRequest } from './messages.ts';

const STDERR_TAIL = 2000;

/** Where the inference process starts: a file beside this one, from the sources as from the bundle. */
function workerFile(): string {
  const here = fileURLToPath(import.meta.url);
  return path.join(path.dirname(here), here.endsWith('.ts') ? 'worker.ts' : 'inferenceWorker.mjs');
}

/**
 * The inference process, seen from its parent: onnxruntime-node computes on the thread that asks it, and a fault in it ends
 * its process, so both stay away from whoever samples. It ends with its parent, however the parent ends.
 */
export class WorkerClient {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #gone: string | undefined;
  #stderr = '';
  #listener: ((message: WorkerMessage | undefined) => void) | undefined;

  constructor() {
    // The parent's own flags (a debugger's port, a test runner's loader) are not the worker's.
    this.#child = fork(workerFile(), [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString('utf8')).slice(-STDERR_TAIL);
    });
    this.#child.on('message', (raw) => this.#listener?.(WorkerMessage.parse(raw)));
    this.#exited = new Promise((resolve) => {
      const gone = (why: string): void => {
        this.#gone ??= why;
        this.#listener?.(undefined);
        resolve();
      };
      this.#child.on('error', (error) => {
        gone(error.message);
      });
      this.#child.on('exit', (code, signal) => {
        gone(signal ?? `exit code ${String(code)}`);
      });
    });
  }

  /** Process id, while there is a process. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Sends a request and yields what is answered before its end. Once `signal` is aborted, or the caller stops
   * reading, the work ends between two tokens.
   * @throws InterruptedError when `signal` ended it; UserError for what the worker says the user can act on, and when
   * the process is gone.
   */
  async *request(request: WorkerRequest, signal?: AbortSignal): AsyncGenerator<WorkerMessage, void> {
    if (this.#listener !== undefined) throw new Error('the inference process answers one request at a time');
    if (signal?.aborted === true) throw new InterruptedError();
    const queue: (WorkerMessage | undefined)[] = [];
    let wake: () => void = () => undefined;
    const next = async (): Promise<WorkerMessage> => {
      while (queue.length === 0) {
        if (this.#gone !== undefined) throw this.#crash();
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const message = queue.shift();
      if (message === undefined) throw this.#crash();
      return message;
    };
    this.#listener = (message) => {
      queue.push(message);
      wake();
    };
    const cancel = (): void => {
      this.#send({ method: 'cancel' });
    };
    signal?.addEventListener('abort', cancel);
    let ended = false;
    try {
      this.#send(request);
      while (!ended) {
        const message = await next();
        ended = isEnd(message);
        if (!ended) yield message;
        else raise(message);
      }
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (!ended && this.#gone === undefined) {
        cancel();
        while (!isEnd(await next()));
      }
      this.#listener = undefined;
    }
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    if (this.#gone === undefined) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #send(request: WorkerRequest): void {
    // A process that is gone tells so by its exit, which every request waits for.
    if (this.#child.connected) this.#child.send(request, () => undefined);
  }

  #crash(): UserError {
    return new UserError(
      `The inference process ended (${this.#gone ?? 'unknown cause'}). ${this.#stderr.trim()}`.trim(),
      'Free memory (fewer rows at once, a smaller model) and try again.',
    );
  }
}

function isEnd(message: WorkerMessage): boolean {
  return message.event === 'done' || message.event === 'interrupted' || message.event === 'error';
}

function raise(message: WorkerMessage): void {
  if (message.event === 'interrupted') throw new InterruptedError();
  if (message.event !== 'error') return;
  if (message.nextStep !== undefined) throw new UserError(message.message, message.nextStep);
  throw new Error(message.message);
}
