import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { diskError } from '../process/diskError.ts';
import { digest } from '../process/digest.ts';
import { writeWhole } from '../process/wholeFile.ts';
import type { UserError } from '../protocol/errors.ts';
import { SuiteCoverage, type TestSuite } from '../protocol/execution.ts';
import type { Task } from '../protocol/task.ts';
import type { Coverage } from './coverage.ts';
import { Scan } from './scan.ts';
import { withoutData, type Validated } from './validate.ts';

/** Raise this when validation changes: it makes all stored outcomes invalid. */
const VALIDATION = 2;
const KEY_CHARACTERS = 32;
/** The time between two writes of outcomes while a harvest runs. */
const SAVED_EVERY_MS = 2000;

/** The result of a task's validation in short form. `checks` holds the indices of the checks that stay. */
const Outcome = z.strictObject({
  reason: z.string().optional(),
  weak: z.string().optional(),
  sealable: z.boolean().optional(),
  checks: z.array(z.int().min(0)),
  withData: z.boolean(),
});
type Outcome = z.infer<typeof Outcome>;
const Outcomes = z.record(z.string(), Outcome);
const Coverages = z.record(z.string(), SuiteCoverage);

/** `traced`: the scan knows which functions the tests ran. */
export type ScanKind = 'scan' | 'traced';

/**
 * The results of a workspace's last harvest, in LeTI's own folder. The scan holds while no file changes. The outcome of a
 * task is stored under a hash of everything that decides it. A cache that cannot be read counts as empty.
 */
export class HarvestCache {
  readonly #folder: string;
  readonly #onUnsaved: (problem: UserError) => void;
  #told = false;
  #outcomes: Record<string, Outcome> = {};
  /** The outcomes of this harvest. `save` drops all others. */
  readonly #current: Record<string, Outcome> = {};
  #coverage: Coverage = {};
  readonly #currentCoverage: Coverage = {};
  #saving: Promise<void> = Promise.resolve();
  #savedAt = 0;

  /** `onUnsaved` hears once why results cannot be remembered; the harvest continues. */
  constructor(folder: string, onUnsaved: (problem: UserError) => void) {
    this.#folder = folder;
    this.#onUnsaved = onUnsaved;
  }

  /** Reads the cache. Call it first. */
  async open(): Promise<void> {
    this.#outcomes = (await this.#read('outcomes.json', Outcomes)) ?? {};
    this.#coverage = (await this.#read('coverage.json', Coverages)) ?? {};
  }

  async lastScan(kind: ScanKind): Promise<Scan | undefined> {
    return await this.#read(`${kind}.json`, Scan);
  }

  async saveScan(kind: ScanKind, scan: Scan): Promise<void> {
    await this.#write(`${kind}.json`, scan);
  }

  /** The coverage of the test files whose tests and code have not changed. */
  knownCoverage(suites: readonly TestSuite[], environment: string): Coverage {
    return Object.fromEntries(
      suites.flatMap((suite) => {
        const key = keyOfSuite(suite, environment);
        const known = this.#coverage[key];
        if (known === undefined) return [];
        this.#currentCoverage[key] = known;
        return [[suite.path, known]];
      }),
    );
  }

  keepCoverage(suites: readonly TestSuite[], environment: string, found: Coverage): void {
    for (const suite of suites) {
      const own = found[suite.path];
      if (own !== undefined) this.#currentCoverage[keyOfSuite(suite, environment)] = own;
    }
  }

  /** The stored result of a task. `environment` is the scan's hash of the interpreter and its packages. */
  known(task: Task, environment: string): Validated | undefined {
    const key = keyOfTask(task, environment);
    const outcome = this.#outcomes[key];
    if (outcome === undefined) return undefined;
    this.#current[key] = outcome;
    return { task: withOutcome(task, outcome), reason: outcome.reason };
  }

  keep(task: Task, environment: string, found: Validated): void {
    // The next harvest may come to another result.
    if (found.uncertain === true) return;
    this.#current[keyOfTask(task, environment)] = outcomeOf(task, found);
    if (Date.now() - this.#savedAt < SAVED_EVERY_MS) return;
    this.#savedAt = Date.now();
    // A process that is killed loses the last seconds alone.
    this.#saving = this.#saving
      .then(async () => {
        await this.#write('outcomes.json', { ...this.#outcomes, ...this.#current });
      })
      // The write at the end fails in the same way, and is waited for.
      .catch(() => undefined);
  }

  /** Stores the outcomes so far, beside those of earlier harvests. */
  async saveSoFar(): Promise<void> {
    await this.#saving;
    await this.#write('outcomes.json', { ...this.#outcomes, ...this.#current });
  }

  /** Stores this harvest's outcomes and coverage, and drops all others. Call it at the end. */
  async save(): Promise<void> {
    await this.#saving;
    await this.#write('outcomes.json', this.#current);
    await this.#write('coverage.json', this.#currentCoverage);
  }

  async #read<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      return schema.parse(JSON.parse(await readFile(path.join(this.#folder, name), 'utf8')));
    } catch {
      // Missing, damaged by a crash of the machine, or of another version: the harvest makes it again.
      return undefined;
    }
  }

  async #write(name: string, value: unknown): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeWhole(path.join(this.#folder, name), JSON.stringify(value));
    } catch (error) {
      const refused = diskError(error, this.#folder);
      if (refused === undefined) throw error;
      if (!this.#told) this.#onUnsaved(refused);
      this.#told = true;
    }
  }
}

const hashes = new WeakMap<object, string>();

/** A hash of everything that decides the result of validation. */
function keyOfTask(task: Task, environment: string): string {
  const { host, ...rest } = task;
  const own =
    host === undefined
      ? undefined
      : { ...host, files: undefined, testFiles: undefined, dataFiles: undefined };
  const files = [...(host?.files ?? []), ...(host?.testFiles ?? []), ...(host?.dataFiles ?? [])].map(hashOf);
  const deciding = [VALIDATION, environment, { ...rest, family: '', changedAt: undefined }, own, files];
  return digest(JSON.stringify(deciding), KEY_CHARACTERS);
}

function keyOfSuite({ files, dataFiles, ...rest }: TestSuite, environment: string): string {
  return digest(JSON.stringify([environment, rest, [...files, ...dataFiles].map(hashOf)]), KEY_CHARACTERS);
}

/** Remembers the hashes, because tasks share their long files. */
function hashOf(file: object): string {
  const known = hashes.get(file) ?? digest(JSON.stringify(file), KEY_CHARACTERS);
  hashes.set(file, known);
  return known;
}

function outcomeOf(task: Task, { task: found, reason }: Validated): Outcome {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(found.weak === undefined ? {} : { weak: found.weak }),
    ...(found.sealable === undefined ? {} : { sealable: found.sealable }),
    checks: found.checks.map((check) => task.checks.indexOf(check)),
    withData: found.host?.dataFiles !== undefined,
  };
}

function withOutcome(task: Task, { weak, sealable, checks, withData }: Outcome): Task {
  const { host, ...rest } = withData ? task : withoutData(task);
  return {
    ...rest,
    checks: checks.flatMap((index) => task.checks[index] ?? []),
    ...(host === undefined ? {} : { host }),
    ...(sealable === undefined ? {} : { sealable }),
    ...(weak === undefined ? {} : { weak }),
  };
}
