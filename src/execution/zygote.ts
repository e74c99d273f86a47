import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { killTree, spawnTree } from '../process/childTree.ts';
import { packageRoot, RUNNER_ENVIRONMENT } from '../process/packageRoot.ts';
import { runCommand } from '../process/runCommand.ts';
import { ExecutionResult, SuiteCoverage, type ExecutionJob, type TestSuite } from '../protocol/execution.ts';

const Ready = z.object({
  ready: z.literal(true),
  version: z.string(),
  complete: z.boolean(),
  home: z.string(),
});
const Unsealable = z.strictObject({ id: z.int(), unsealable: z.literal(true) });
/** The canaries of each tier by name: true if the sandbox contained the attack. */
export const CanaryReport = z.object({
  T2: z.record(z.string(), z.boolean()),
  T3: z.record(z.string(), z.boolean()),
});
export type CanaryReport = z.infer<typeof CanaryReport>;

/** Longest answer of our runner, in bytes. */
const LARGEST_FRAME = 2 << 20;
const STDERR_CHARACTERS = 2000;
/** Start limit. Even a cold interpreter on a slow disk needs much less. */
const START_MS = 60_000;

/** The interpreter's process ended, or did not speak the protocol. */
export class ZygoteError extends Error {
  override readonly name = 'ZygoteError';
  /** Its standard error, cut to the last characters. */
  readonly said: string;

  constructor(message: string, said = '') {
    super(message);
    this.said = said;
  }
}

/** Options of a zygote's start. */
export interface ZygoteOptions {
  /** Runs in its own namespaces. */
  namespaces: boolean;
  /** Loads pytest if it is installed, so that test files that import it need not load it in each process. */
  pytest: boolean;
  /** The workspace's folder. Plugins for pytest that lie in it are not loaded in advance. */
  workspace?: string | undefined;
}

/** One warm interpreter. It takes one job at a time and runs each in its own fork. */
export class Zygote {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #buffer = Buffer.alloc(0);
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void } | undefined;
  #failure: ZygoteError | undefined;
  #stderr = '';
  /** The folder that holds its scratch folder. */
  #home: string | undefined;
  version = '';
  complete = false;

  private constructor(interpreter: string, { namespaces, pytest, workspace }: ZygoteOptions) {
    const flags = [
      ...(namespaces ? ['--namespaces'] : []),
      ...(pytest ? ['--pytest'] : []),
      ...(workspace === undefined ? [] : [`--workspace=${workspace}`]),
    ];
    this.#child = spawnTree(interpreter, ['-s', '-B', '-m', 'leti_runner.zygote', ...flags], {
      cwd: path.join(packageRoot(), 'python'),
      env: RUNNER_ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_CHARACTERS);
    });
    // The end of a dead zygote reports a failed write.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#fail(`it cannot be started: ${error.message}`);
        resolve();
      });
      this.#child.on('close', (code, signal) => {
        this.#fail(`it ended (${signal ?? `exit code ${code}`}) ${this.#stderr}`);
        resolve();
      });
    });
  }

  /** Starts an interpreter and waits until it is warm. Throws a ZygoteError if it does not start within a minute. */
  static async start(interpreter: string, options: ZygoteOptions): Promise<Zygote> {
    const zygote = new Zygote(interpreter, options);
    const timer = setTimeout(() => {
      zygote.#fail(`it was not ready after ${START_MS / 1000} seconds`);
      killTree(zygote.#child);
    }, START_MS);
    const answer = zygote.#answer().finally(() => {
      clearTimeout(timer);
    });
    const ready = await zygote.#expect(Ready, answer);
    // With namespaces the folder is in memory and ends with the process.
    zygote.#home = options.namespaces ? undefined : ready.home;
    zygote.version = ready.version;
    zygote.complete = ready.complete;
    return zygote;
  }

  /** Runs a job. If its checks need the program's own objects, it runs once more with the checks in the program's process. */
  async run(job: ExecutionJob): Promise<ExecutionResult> {
    const answer = await this.#ask(job);
    if (Unsealable.safeParse(answer).success) return await this.run({ ...job, seal: 'never' });
    const result = await this.#expect(ExecutionResult, answer);
    if (result.id !== job.id) throw new ZygoteError(`it answered job ${result.id} when asked for ${job.id}`);
    return result;
  }

  /** Runs the tests of a file. Undefined if they do not end or pytest is missing. */
  async trace(suite: TestSuite): Promise<SuiteCoverage | undefined> {
    const found = SuiteCoverage.safeParse(await this.#ask({ suite }));
    return found.success ? found.data : undefined;
  }

  async probe(): Promise<CanaryReport> {
    return await this.#expect(CanaryReport, this.#ask({ probe: true }));
  }

  /** Kills the interpreter and everything that it started. */
  async kill(): Promise<void> {
    killTree(this.#child);
    await this.#gone();
  }

  /** Lets an idle interpreter end and tidy up. A busy one, or one that does not end within 500 ms, is killed. */
  async close(): Promise<void> {
    if (this.#waiting !== undefined) {
      await this.kill();
      return;
    }
    this.#child.stdin?.end();
    const timer = setTimeout(() => {
      killTree(this.#child);
    }, 500);
    await this.#gone();
    clearTimeout(timer);
  }

  /** Waits for its end, and removes its folder if it had no time to do so. */
  async #gone(): Promise<void> {
    await this.#ended;
    if (this.#home === undefined) return;
    try {
      await rm(this.#home, { recursive: true, force: true });
    } catch {
      // A program may have nested folders deeper than Node's paths reach.
      await runCommand('rm', ['-rf', '--', this.#home]);
    }
  }

  async #ask(request: unknown): Promise<unknown> {
    const data = Buffer.from(JSON.stringify(request));
    const header = Buffer.alloc(4);
    header.writeUInt32BE(data.length);
    const answer = this.#answer();
    this.#child.stdin?.write(header);
    this.#child.stdin?.write(data);
    return await answer;
  }

  /** An answer in the expected form. An interpreter that answers anything else is killed. */
  async #expect<T>(form: z.ZodType<T>, answer: unknown): Promise<T> {
    const found = form.safeParse(await answer);
    if (found.success) return found.data;
    await this.kill();
    throw new ZygoteError("the runner's interpreter failed: it does not speak the protocol");
  }

  #answer(): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    if (this.#buffer.length < 4) return;
    const length = this.#buffer.readUInt32BE(0);
    if (length > LARGEST_FRAME) {
      this.#fail('it wrote a frame that is too long');
      killTree(this.#child);
      return;
    }
    if (this.#buffer.length < 4 + length) return;
    const text = this.#buffer.subarray(4, 4 + length).toString();
    this.#buffer = this.#buffer.subarray(4 + length);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    try {
      waiting?.resolve(JSON.parse(text));
    } catch {
      waiting?.reject(new ZygoteError('it wrote a frame that is not JSON'));
      killTree(this.#child);
    }
  }

  #fail(why: string): void {
    this.#failure ??= new ZygoteError(`the runner's interpreter failed: ${why}`, this.#stderr.trim());
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#failure);
  }
}
