import type { ChildProcess } from 'node:child_process';
import type { z } from 'zod';
import { killTree, spawnTree } from './childTree.ts';
import { eachLine } from './lines.ts';

/** Length of the end of a child's standard error that is kept for messages. */
const STDERR_CHARACTERS = 4000;

/** A child ended before it had answered. */
export class ChildEndedError extends Error {
  override readonly name = 'ChildEndedError';
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;

  constructor(command: string, exitCode: number | null, signal: NodeJS.Signals | null, stderr: string) {
    super(`${command} ended ${signal === null ? `with exit code ${exitCode}` : `by ${signal}`}`);
    this.exitCode = exitCode;
    this.signal = signal;
    this.stderr = stderr;
  }
}

/**
 * A child process that answers one request at a time with events. Both sides write one JSON object per line. Every line is
 * checked against the schema; a line that does not fit ends the child.
 */
export class JsonLinesChild<Event> {
  readonly #child: ChildProcess;
  readonly #command: string;
  readonly #schema: z.ZodType<Event>;
  readonly #exited: Promise<void>;
  readonly #events: Event[] = [];
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  #stderr = '';
  #ending = false;

  constructor(
    command: string,
    args: readonly string[],
    options: { env: NodeJS.ProcessEnv; schema: z.ZodType<Event>; cwd?: string },
  ) {
    this.#command = command;
    this.#schema = options.schema;
    this.#child = spawnTree(command, args, {
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS);
    });
    // The exit of a dead child reports a failed write.
    this.#child.stdin?.on('error', () => undefined);
    if (this.#child.stdout !== null) {
      eachLine(
        this.#child.stdout,
        (line) => {
          this.#line(line);
        },
        () => {
          this.#fail(new Error(`${command} wrote a line that does not end`));
          this.kill();
        },
      );
    }
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#fail(error);
        resolve();
      });
      this.#child.on('close', (code, signal) => {
        // A request that is open while the child is closed learns it too.
        this.#fail(new ChildEndedError(command, code, signal, this.#stderr));
        resolve();
      });
    });
  }

  /** Whether it has ended, or was told to. It answers nothing more then. */
  get ended(): boolean {
    const { exitCode, signalCode } = this.#child;
    return this.#failure !== undefined || this.#ending || exitCode !== null || signalCode !== null;
  }

  /**
   * Sends a request and yields its events up to the one that `isLast`. An abort kills the child with all its children.
   * Throws a ChildEndedError when the child ends first, an Error for a line that does not fit.
   */
  async *request(
    request: unknown,
    isLast: (event: Event) => boolean,
    signal?: AbortSignal,
  ): AsyncGenerator<Event> {
    const abort = (): void => {
      this.kill();
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      if (signal?.aborted === true) this.kill();
      this.#child.stdin?.write(JSON.stringify(request) + '\n');
      for (;;) {
        const event = await this.#next();
        yield event;
        if (isLast(event)) return;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Closes the child's standard input so that it ends, and kills it if it does not end within a second. */
  async close(): Promise<void> {
    this.#ending = true;
    this.#child.stdin?.end();
    const timer = setTimeout(() => {
      killTree(this.#child);
    }, 1000);
    await this.#exited;
    clearTimeout(timer);
  }

  kill(): void {
    killTree(this.#child);
  }

  async #next(): Promise<Event> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #line(line: string): void {
    try {
      this.#events.push(this.#schema.parse(JSON.parse(line)));
    } catch (error) {
      this.#fail(
        new Error(`${this.#command} wrote a line that is not part of its protocol: ${line.slice(0, 200)}`, {
          cause: error,
        }),
      );
      this.kill();
    }
    this.#wake?.();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }
}
