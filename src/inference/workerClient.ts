import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InterruptedError, UserError } from '../protocol/errors.ts';
import { WorkerReply, type WorkerCall, type WorkerMessage, type WorkerRequest } from './messages.ts';

const STDERR_TAIL = 2000;

/** The file that the inference process runs, next to this one in the sources and in the bundle. */
function workerFile(): string {
  const here = fileURLToPath(import.meta.url);
  return path.join(path.dirname(here), here.endsWith('.ts') ? 'worker.ts' : 'inferenceWorker.mjs');
}

/** The inference process ended during a request. */
export class CrashError extends UserError {}

/**
 * The inference process, seen from its parent. onnxruntime-node blocks the thread that calls it, and a crash in it ends its
 * process, so it has its own process. That process ends when its parent ends for any reason.
 */
export class WorkerClient {
  /** Called when the process ends without having been closed. */
  onCrash: ((error: CrashError) => void) | undefined;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #gone: string | undefined;
  #closing = false;
  #stderr = '';
  #next = 0;
  /** Listeners of the open requests. */
  readonly #listeners = new Map<number, (message: WorkerMessage | undefined) => void>();

  constructor() {
    // The worker must not get the parent's own flags (a debugger's port, a test runner's loader).
    this.#child = fork(workerFile(), [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    this.#child.on('message', (raw) => {
      const reply = WorkerReply.safeParse(raw);
      if (reply.success) {
        this.#listeners.get(reply.data.id)?.(reply.data.message);
        return;
      }
      // Its other answers cannot be trusted either; the next request starts a new process.
      this.#stderr = `It sent a reply that is not part of its protocol: ${reply.error.message}`;
      this.#child.kill('SIGKILL');
    });
    this.#exited = new Promise((resolve) => {
      const gone = (why: string): void => {
        if (this.#gone !== undefined) return;
        this.#gone = why;
        if (!this.#closing) this.onCrash?.(this.#crash());
        for (const listener of this.#listeners.values()) listener(undefined);
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
    return this.#gone === undefined ? this.#child.pid : undefined;
  }

  /**
   * Sends a request and yields its answers without the last one. Several requests may be open. Once `signal` is aborted, or
   * the caller stops reading, the work ends between two tokens.
   * @throws InterruptedError when `signal` ended it. UserError for an error that the user can act on. CrashError when
   * the process is gone. Error for all other errors of the worker.
   */
  async *request(request: WorkerRequest, signal?: AbortSignal): AsyncGenerator<WorkerMessage, void> {
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
    const id = this.#next;
    this.#next += 1;
    this.#listeners.set(id, (message) => {
      queue.push(message);
      wake();
    });
    const cancel = (): void => {
      this.#send({ id, request: { method: 'cancel' } });
    };
    signal?.addEventListener('abort', cancel);
    let ended = false;
    try {
      this.#send({ id, request });
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
      this.#listeners.delete(id);
    }
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#gone === undefined) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #send(call: WorkerCall): void {
    // Every request learns from the exit that the process is gone.
    if (this.#child.connected) this.#child.send(call, () => undefined);
  }

  #crash(): CrashError {
    return new CrashError(
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
