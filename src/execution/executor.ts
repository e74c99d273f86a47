import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { percentiles } from '../core/evaluation/statistics.ts';
import { InterruptedError, setting, step, UserError } from '../protocol/errors.ts';
import type { ExecutionJob, ExecutionResult, SuiteCoverage, TestSuite, Tier } from '../protocol/execution.ts';
import type { Percentiles, Timing } from '../protocol/run.ts';
import { Zygote, ZygoteError, type CanaryReport, type ZygoteOptions } from './zygote.ts';

export type { CanaryReport } from './zygote.ts';

/** Runs programs in the workspace's interpreter, one sandboxed process each. */
export interface Executor {
  /** What the sandbox contains, as the canaries proved when this executor started. */
  readonly tier: Tier;
  readonly pythonVersion: string;
  /** How many programs run at a time. A few more jobs keep the executor busy; many more only fill the memory. */
  readonly jobs: number;
  /** The result of each canary. */
  readonly canaries: CanaryReport;
  /** Why the machine offers no higher tier, if it gave a reason. */
  readonly lacking: string | undefined;
  /**
   * Runs a job when its turn comes. Never rejects because of the program: if an interpreter dies twice under a job, the
   * verdict is `harness_error`. Rejects with InterruptedError once the signal aborts, with a UserError when the interpreter
   * is gone.
   */
  execute(job: ExecutionJob, signal?: AbortSignal): Promise<ExecutionResult>;
  /** Which functions the tests of a file run. Undefined if they do not end or pytest is missing. */
  trace(suite: TestSuite, signal?: AbortSignal): Promise<SuiteCoverage | undefined>;
  /** How long the last programs ran and waited. */
  latency(): Latency;
  /** Ends every process. */
  close(): Promise<void>;
}

/** Run and queue times of the last programs, and how many programs were run again. */
export interface Latency extends Timing {
  /** Programs that ran out of time only because the machine was busy, and ran again with more time. */
  starved: number;
}

/**
 * Starts one warm interpreter per core (or `jobs`), proves the sandbox with canaries, and hands out jobs in order. Throws a
 * UserError if programs cannot run, or if the sandbox would not contain them and the user has not allowed that.
 */
export async function startExecutor(options: {
  interpreter: string;
  jobs?: number | undefined;
  /** False: use no namespaces, so tier T2 at most. */
  namespaces?: boolean | undefined;
  /** Loads pytest if it is installed, for the tests of a workspace. */
  pytest?: boolean | undefined;
  /** The folder whose code the jobs run, so that no installed copy of it is loaded with pytest's plugins. */
  workspace?: string | undefined;
  /** Accepts tier T1, where programs could reach the user's files and the network. */
  allowUncontained: boolean;
}): Promise<Executor> {
  if (process.platform === 'win32') {
    throw new UserError(
      'Running programs is not supported on Windows yet: the runner forks its processes.',
      'Use WSL, with the workspace opened there.',
    );
  }
  const jobs = options.jobs ?? os.availableParallelism();
  const { interpreter, workspace } = options;
  const pytest = options.pytest === true;
  const { first, namespaces, lacking } = await startFirst(interpreter, {
    namespaces: options.namespaces !== false,
    pytest,
    workspace,
  });
  const canaries = await probed(first, interpreter);
  const tier = provedTier(first.complete, canaries);
  if (tier === 'T1' && !options.allowUncontained) {
    await first.close();
    throw uncontained(canaries);
  }
  const start = (): Promise<Zygote> => startZygote(interpreter, { namespaces, pytest, workspace });
  return new Pool(first, { interpreter, start }, jobs, tier, canaries, lacking);
}

/** The first zygote, with namespaces if the machine offers them. */
async function startFirst(
  interpreter: string,
  wanted: ZygoteOptions,
): Promise<{ first: Zygote; namespaces: boolean; lacking: string | undefined }> {
  const without = { ...wanted, namespaces: false };
  if (!wanted.namespaces) {
    return { first: await startZygote(interpreter, without), namespaces: false, lacking: 'not asked for' };
  }
  try {
    return { first: await Zygote.start(interpreter, wanted), namespaces: true, lacking: undefined };
  } catch (error) {
    if (!(error instanceof ZygoteError)) throw error;
    return { first: await startZygote(interpreter, without), namespaces: false, lacking: error.said };
  }
}

async function probed(zygote: Zygote, interpreter: string): Promise<CanaryReport> {
  try {
    return await zygote.probe();
  } catch (error) {
    await zygote.kill();
    throw new UserError(
      `The sandbox of ${interpreter} could not be proved: a canary ended its process.`,
      [
        ...step`Choose another interpreter with ${setting('python')}.`,
        ...step`docs/security.md lists what the sandbox needs.`,
      ],
      1,
      { cause: error },
    );
  }
}

/** The tier that the canaries proved. An incomplete sandbox proves nothing. */
function provedTier(complete: boolean, canaries: CanaryReport): Tier {
  const held = (found: Record<string, boolean>): boolean =>
    Object.keys(found).length > 0 && Object.values(found).every(Boolean);
  if (!complete || !held(canaries.T2)) return 'T1';
  return held(canaries.T3) ? 'T3' : 'T2';
}

function uncontained(canaries: CanaryReport): UserError {
  const loose = Object.keys(canaries.T2).filter((name) => canaries.T2[name] !== true);
  const how =
    loose.length === 0 ? 'lacks Landlock or seccomp' : `does not stop a program that tries to ${loose[0]}`;
  return new UserError(
    `Programs of a model would not be contained here: this machine ${how} (docs/security.md).`,
    step`Use Linux 5.13 or later, or accept the risk with ${setting('allowUncontained')}.`,
  );
}

async function startZygote(interpreter: string, options: ZygoteOptions): Promise<Zygote> {
  try {
    return await Zygote.start(interpreter, options);
  } catch (error) {
    throw new UserError(
      `The interpreter ${interpreter} cannot run programs: ${error instanceof Error ? error.message.trim() : String(error)}`,
      step`Choose another interpreter with ${setting('python')}, or repair this one.`,
      1,
      { cause: error },
    );
  }
}

/** Processes outlive a removed interpreter but then lack modules: programs would fail without any fault of their own. */
function throwIfGone(interpreter: string): void {
  if (!path.isAbsolute(interpreter) || existsSync(interpreter)) return;
  throw new UserError(`The interpreter ${interpreter} is gone.`, [
    ...step`Install it again, or choose another one with ${setting('python')}.`,
    ...step`You can then resume a stopped run.`,
  ]);
}

/** How often a program may get twice the time because the machine was busy. */
const MOST_STARVED = 2;

/** The last times, in milliseconds. */
class RecentTimes {
  readonly #times: number[] = [];
  #next = 0;

  add(time: number): void {
    this.#times[this.#next] = time;
    this.#next = (this.#next + 1) % 10_000;
  }

  percentiles(): Percentiles {
    return percentiles(this.#times);
  }
}

class Pool implements Executor {
  readonly tier: Tier;
  readonly pythonVersion: string;
  readonly canaries: CanaryReport;
  readonly lacking: string | undefined;
  readonly #interpreter: string;
  readonly #start: () => Promise<Zygote>;
  readonly jobs: number;
  readonly #idle: Zygote[];
  readonly #all = new Set<Zygote>();
  readonly #queue: PromiseWithResolvers<Zygote>[] = [];
  readonly #runTimes = new RecentTimes();
  readonly #queueTimes = new RecentTimes();
  #starved = 0;
  #started = 1;
  #closed = false;

  constructor(
    first: Zygote,
    from: { interpreter: string; start: () => Promise<Zygote> },
    limit: number,
    tier: Tier,
    canaries: CanaryReport,
    lacking: string | undefined,
  ) {
    this.#interpreter = from.interpreter;
    this.#start = from.start;
    this.jobs = limit;
    this.#idle = [first];
    this.#all.add(first);
    this.pythonVersion = first.version;
    this.canaries = canaries;
    this.lacking = lacking;
    this.tier = tier;
  }

  async execute(job: ExecutionJob, signal?: AbortSignal): Promise<ExecutionResult> {
    for (let given = job, again = 0; ; again++) {
      const result = await this.#run(given, signal);
      if (result.starved !== true) return result;
      // It is not known whether the program would have ended.
      if (again === MOST_STARVED) return harnessError(job, new Error('the machine had no time for it'));
      this.#starved += 1;
      const { wallSeconds, cpuSeconds } = given.limits;
      const more = { wallSeconds: wallSeconds * 2, cpuSeconds: cpuSeconds * 2 };
      const fairSeconds = Math.min(job.limits.wallSeconds, job.limits.cpuSeconds);
      given = { ...job, limits: { ...job.limits, ...more, fairSeconds } };
    }
  }

  async trace(suite: TestSuite, signal?: AbortSignal): Promise<SuiteCoverage | undefined> {
    const done = await this.#onZygote((zygote) => zygote.trace(suite), signal);
    return 'result' in done ? done.result : undefined;
  }

  /** Runs a job when its turn comes, and once more if the interpreter dies under it. */
  async #run(job: ExecutionJob, signal: AbortSignal | undefined): Promise<ExecutionResult> {
    const asked = performance.now();
    for (let attempt = 1; ; attempt++) {
      const done = await this.#onZygote((zygote) => zygote.run(job), signal);
      if ('result' in done) {
        const queueMs = done.begun - asked;
        this.#queueTimes.add(queueMs);
        this.#runTimes.add(performance.now() - done.begun);
        return { ...done.result, queueMs };
      }
      if (attempt === 2 || !(done.error instanceof ZygoteError)) return harnessError(job, done.error);
    }
  }

  /** Does work with a zygote when its turn comes. A zygote that fails is replaced. */
  async #onZygote<T>(
    work: (zygote: Zygote) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<{ begun: number; result: T } | { error: unknown }> {
    if (this.#aborted(signal)) throw new InterruptedError();
    throwIfGone(this.#interpreter);
    const zygote = await this.#take(signal);
    if (this.#aborted(signal)) {
      this.#give(zygote);
      throw new InterruptedError();
    }
    const abort = (): void => {
      void zygote.kill();
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const begun = performance.now();
      const result = await work(zygote);
      this.#give(zygote);
      return { begun, result };
    } catch (error) {
      await this.#discard(zygote);
      if (this.#aborted(signal)) throw new InterruptedError();
      return { error };
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  latency(): Latency {
    return {
      run: this.#runTimes.percentiles(),
      queue: this.#queueTimes.percentiles(),
      starved: this.#starved,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#refuse(new InterruptedError());
    await Promise.all([...this.#all].map((zygote) => zygote.close()));
  }

  #aborted(signal: AbortSignal | undefined): boolean {
    return this.#closed || signal?.aborted === true;
  }

  /** A zygote when its turn comes. Rejects at once when the signal aborts. */
  #take(signal: AbortSignal | undefined): Promise<Zygote> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return Promise.resolve(idle);
    if (this.#started < this.jobs) return this.#another();
    const turn = Promise.withResolvers<Zygote>();
    this.#queue.push(turn);
    const leave = (): void => {
      const place = this.#queue.indexOf(turn);
      if (place < 0) return;
      this.#queue.splice(place, 1);
      turn.reject(new InterruptedError());
    };
    signal?.addEventListener('abort', leave, { once: true });
    return turn.promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  /** Rejects everything that waits. */
  #refuse(error: unknown): void {
    for (const turn of this.#queue.splice(0)) turn.reject(error);
  }

  #give(zygote: Zygote): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#idle.push(zygote);
    else next.resolve(zygote);
  }

  async #discard(zygote: Zygote): Promise<void> {
    await zygote.kill();
    this.#all.delete(zygote);
    this.#started -= 1;
    const next = this.#queue.shift();
    next?.resolve(this.#another());
  }

  async #another(): Promise<Zygote> {
    this.#started += 1;
    try {
      const zygote = await this.#start();
      this.#all.add(zygote);
      if (this.#closed) await zygote.close();
      return zygote;
    } catch (error) {
      this.#started -= 1;
      // If this interpreter no longer starts, it will not start for the others either.
      if (this.#all.size === 0) this.#refuse(error);
      throw error;
    }
  }
}

function harnessError(job: ExecutionJob, error: unknown): ExecutionResult {
  return {
    id: job.id,
    verdict: 'harness_error',
    checksPassed: 0,
    checksTotal: job.checks.length,
    sealed: false,
    durationMs: 0,
    diagnostic: {
      type: 'HarnessError',
      message: error instanceof Error ? error.message.slice(0, 300) : '',
      frames: [],
    },
  };
}
