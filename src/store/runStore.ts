import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { z } from 'zod';
import { diskError } from '../process/diskError.ts';
import { StageEffort, StepRow } from '../protocol/backend.ts';
import { UserError } from '../protocol/errors.ts';
import { StoredRunConfig, type RunConfig, RunStatus, Sample, SamplingRecord, Side } from '../protocol/run.ts';
import { DroppedTask, Task } from '../protocol/task.ts';
import { BUSY_MS, MIGRATIONS, SCHEMA, STORE_VERSION } from './schema.ts';

const Versions = z.record(z.string(), z.string());

/** A run in the list of runs. Times are in ISO 8601. */
export interface RunRow {
  id: string;
  status: RunStatus;
  startedAt: string;
  endedAt: string | undefined;
  error: string | undefined;
  config: RunConfig;
  /** Options of the run that this version no longer has. */
  removed: string[];
  versions: Record<string, string>;
}

export interface RunTask {
  task: Task;
  side: Side;
}

/** How many of a task's programs passed in one stage. */
export interface TaskCount {
  taskId: string;
  stage: string;
  samples: number;
  passed: number;
}

/**
 * The run store of one workspace: one SQLite file in WAL mode. Every write is a transaction, so a killed process leaves
 * whole batches and stages or none.
 */
export class RunStore {
  readonly #db: DatabaseSync;

  /** Opens or creates the store. Throws a UserError for a damaged or newer file and leaves that file unchanged. */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    try {
      this.#db = new DatabaseSync(file, { timeout: BUSY_MS });
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
      this.#migrate(file);
    } catch (error) {
      if (error instanceof UserError) throw error;
      const refused = diskError(error, file);
      if (refused !== undefined) throw refused;
      throw new UserError(
        `The run store ${file} cannot be read: ${message(error)}`,
        'Move the file away. LeTI then makes a new store, which does not list older runs.',
        1,
        { cause: error },
      );
    }
  }

  close(): void {
    this.#db.close();
  }

  createRun(id: string, config: RunConfig, versions: Record<string, string>): void {
    this.#run('INSERT INTO runs (id, status, started_at, config, versions) VALUES (?, ?, ?, ?, ?)', [
      id,
      'running',
      now(),
      JSON.stringify(config),
      JSON.stringify(versions),
    ]);
  }

  setStatus(run: string, status: RunStatus, error?: string): void {
    const ended = status === 'running' ? null : now();
    this.#run('UPDATE runs SET status = ?, ended_at = ?, error = ? WHERE id = ?', [
      status,
      ended,
      error ?? null,
      run,
    ]);
  }

  /** Adds to the seconds that a run was worked on. */
  addActiveSeconds(run: string, seconds: number): void {
    this.#run('UPDATE runs SET active_seconds = coalesce(active_seconds, 0) + ? WHERE id = ?', [
      seconds,
      run,
    ]);
  }

  /** Seconds that a run was worked on; undefined where no part of it has ended, or an earlier version stored it. */
  activeSeconds(run: string): number | undefined {
    const seconds = this.#all('SELECT active_seconds AS seconds FROM runs WHERE id = ?', [run])[0]?.[
      'seconds'
    ];
    return typeof seconds === 'number' ? seconds : undefined;
  }

  /** All runs, the newest first, without those whose record is damaged. */
  runs(): RunRow[] {
    return this.#runs().flatMap((row) => readable(row) ?? []);
  }

  /** Runs whose record cannot be read. They can only be deleted. */
  damagedRuns(): { id: string; startedAt: string }[] {
    return this.#runs()
      .filter((row) => readable(row) === undefined)
      .map((row) => ({ id: String(row['id']), startedAt: String(row['started_at']) }));
  }

  has(id: string): boolean {
    return this.#all('SELECT 1 FROM runs WHERE id = ?', [id]).length > 0;
  }

  /** The run of this id, or undefined. Throws a UserError when its record is damaged. */
  run(id: string): RunRow | undefined {
    const row = this.#all('SELECT * FROM runs WHERE id = ?', [id])[0];
    if (row === undefined) return undefined;
    const run = readable(row);
    if (run === undefined) throw new UserError(`The record of run ${id} is damaged.`, 'Delete the run.');
    return run;
  }

  /** Size of a run's texts in bytes: its programs with their feedback, and its tasks. */
  bytesOf(id: string): number {
    const sum = (sql: string): number => Number(this.#all(sql, [id])[0]?.['bytes'] ?? 0);
    return (
      sum(
        `SELECT sum(length(CAST(completion AS BLOB)) + length(CAST(decoded AS BLOB)) + length(CAST(feedback AS BLOB))) AS bytes
         FROM samples WHERE run = ?`,
      ) + sum('SELECT sum(length(CAST(task AS BLOB))) AS bytes FROM run_tasks WHERE run = ?')
    );
  }

  deleteRun(id: string): void {
    this.#run('DELETE FROM runs WHERE id = ?', [id]);
  }

  saveTasks(run: string, tasks: readonly RunTask[], dropped: readonly DroppedTask[]): void {
    this.#transaction(() => {
      tasks.forEach(({ task, side }, position) => {
        this.#run('INSERT INTO run_tasks (run, position, task_id, side, task) VALUES (?, ?, ?, ?, ?)', [
          run,
          position,
          task.id,
          side,
          JSON.stringify(task),
        ]);
      });
      for (const drop of dropped) {
        this.#run('INSERT INTO dropped_tasks (run, task_id, path, line, reason) VALUES (?, ?, ?, ?, ?)', [
          run,
          drop.id,
          drop.path,
          drop.line,
          drop.reason,
        ]);
      }
    });
  }

  /** The run's tasks in the order in which they were saved. Empty for a run that was killed before that. */
  tasks(run: string): RunTask[] {
    return this.#all('SELECT task, side FROM run_tasks WHERE run = ? ORDER BY position', [run]).map(
      (row) => ({
        task: Task.parse(JSON.parse(text(row, 'task'))),
        side: Side.parse(row['side']),
      }),
    );
  }

  dropped(run: string): DroppedTask[] {
    return this.#all('SELECT task_id AS id, path, line, reason FROM dropped_tasks WHERE run = ?', [run]).map(
      (row) => DroppedTask.parse({ ...row }),
    );
  }

  /** The result of a finished stage, or undefined. Throws a ZodError if it does not fit the schema. */
  stage<T>(run: string, name: string, schema: z.ZodType<T>): T | undefined {
    const row = this.#all('SELECT result FROM stages WHERE run = ? AND name = ?', [run, name])[0];
    return row === undefined ? undefined : schema.parse(JSON.parse(text(row, 'result')));
  }

  finishStage(run: string, name: string, result: unknown): void {
    this.#run('INSERT INTO stages (run, name, ended_at, result) VALUES (?, ?, ?, ?)', [
      run,
      name,
      now(),
      JSON.stringify(result),
    ]);
  }

  /** Names of the finished stages, oldest first. */
  stages(run: string): string[] {
    return this.#all('SELECT name FROM stages WHERE run = ? ORDER BY rowid', [run]).map((row) =>
      text(row, 'name'),
    );
  }

  /** Stores a batch with its samples. `writing`: the tokens that the model wrote for it, and in which time. */
  saveBatch(
    run: string,
    stage: string,
    batch: number,
    record: SamplingRecord,
    samples: readonly Sample[],
    writing: { tokens: number; seconds: number } = { tokens: 0, seconds: 0 },
  ): void {
    const executionSeconds = samples.reduce((sum, sample) => sum + sample.durationMs, 0) / 1000;
    this.#transaction(() => {
      this.#run(
        'INSERT INTO batches (run, stage, batch, record, tokens, sampling_seconds, execution_seconds) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [run, stage, batch, JSON.stringify(record), writing.tokens, writing.seconds, executionSeconds],
      );
      for (const sample of samples) {
        this.#run(
          `INSERT INTO samples (run, stage, ${COLUMNS.map(([column]) => column).join(', ')}) VALUES (?, ?, ${COLUMNS.map(() => '?').join(', ')})`,
          [run, stage, ...COLUMNS.map(([, key]) => toColumn(sample[key]))],
        );
      }
    });
  }

  /** Copies the samples, results and training steps of these stages to another run, which has none of them. */
  copyStages(from: string, to: string, names: readonly string[]): void {
    const columns = COLUMNS.map(([column]) => column).join(', ');
    const effort = 'tokens, sampling_seconds, execution_seconds';
    this.#transaction(() => {
      for (const name of names) {
        for (const sql of [
          `INSERT INTO batches (run, stage, batch, record, ${effort})
             SELECT ?, stage, batch, record, ${effort} FROM batches WHERE run = ? AND stage = ? ORDER BY batch`,
          `INSERT INTO samples (run, stage, ${columns}) SELECT ?, stage, ${columns} FROM samples WHERE run = ? AND stage = ?`,
          `INSERT INTO stages (run, name, ended_at, result)
             SELECT ?, name, ended_at, result FROM stages WHERE run = ? AND name = ?`,
        ]) {
          this.#run(sql, [to, from, name]);
        }
        const round = /^train\/(\d+)$/.exec(name)?.[1];
        if (round !== undefined) {
          const columns = 'round, step, loss, learning_rate, grad_norm, tokens, seconds';
          this.#run(
            `INSERT INTO steps (run, ${columns}) SELECT ?, ${columns} FROM steps WHERE run = ? AND round = ?`,
            [to, from, Number(round)],
          );
        }
      }
    });
  }

  /** Numbers of a stage's stored batches. */
  batches(run: string, stage: string): Set<number> {
    const rows = this.#all('SELECT batch FROM batches WHERE run = ? AND stage = ?', [run, stage]);
    return new Set(rows.map((row) => Number(row['batch'])));
  }

  /** Names of the stages that have samples, in the order in which they began. */
  sampledStages(run: string): string[] {
    return this.#all('SELECT stage FROM batches WHERE run = ? GROUP BY stage ORDER BY min(rowid)', [run]).map(
      (row) => text(row, 'stage'),
    );
  }

  /** How a stage's samples were made. Undefined before its first batch. */
  samplingRecord(run: string, stage: string): SamplingRecord | undefined {
    const row = this.#all('SELECT record FROM batches WHERE run = ? AND stage = ? LIMIT 1', [run, stage])[0];
    return row === undefined ? undefined : SamplingRecord.parse(JSON.parse(text(row, 'record')));
  }

  /** The effort of each stage so far, by its name. Leaves out stages with a batch that has no record of it. */
  efforts(run: string): Map<string, StageEffort> {
    const rows = this.#all(
      `SELECT stage, sum(tokens) AS tokens, sum(sampling_seconds) AS samplingSeconds,
         sum(execution_seconds) AS executionSeconds
       FROM batches WHERE run = ? GROUP BY stage HAVING count(tokens) = count(*)`,
      [run],
    );
    return new Map(rows.map(({ stage, ...effort }) => [z.string().parse(stage), StageEffort.parse(effort)]));
  }

  /** Counts per task and stage of a run, without harness errors. Reads no program's text. */
  counts(run: string): TaskCount[] {
    return this.#all(
      `SELECT task_id AS taskId, stage, count(*) AS samples, sum(verdict = 'passed') AS passed FROM samples
       WHERE run = ? AND verdict <> 'harness_error' GROUP BY task_id, stage`,
      [run],
    ).map((row) => TaskCountShape.parse({ ...row }));
  }

  /** A stage's samples, ordered by task id and then by sample number. */
  samples(run: string, stage: string): Sample[] {
    return this.#samples('WHERE run = ? AND stage = ? ORDER BY task_id, sample', [run, stage]);
  }

  /** One task's samples in a stage, ordered by sample number. */
  samplesOfTask(run: string, stage: string, task: string): Sample[] {
    return this.#samples('WHERE run = ? AND stage = ? AND task_id = ? ORDER BY sample', [run, stage, task]);
  }

  /** Stores a training step. A resumed training repeats steps; the new record replaces the old one. */
  saveStep(run: string, step: StepRow): void {
    this.#run(
      'INSERT OR REPLACE INTO steps (run, round, step, loss, learning_rate, grad_norm, tokens, seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      [run, step.round, step.step, step.loss, step.learningRate, step.gradNorm, step.tokens, step.seconds],
    );
  }

  steps(run: string): StepRow[] {
    return this.#all(
      'SELECT round, step, loss, learning_rate AS learningRate, grad_norm AS gradNorm, tokens, seconds FROM steps WHERE run = ? ORDER BY round, step',
      [run],
    ).map((row) => StepRow.parse({ ...row }));
  }

  #migrate(file: string): void {
    const version = this.#version();
    if (version > STORE_VERSION) {
      throw new UserError(
        `The run store ${file} was written by a newer LeTI (store version ${version}, this one reads ${STORE_VERSION}).`,
        'Update LeTI, or set LETI_HOME to another folder.',
      );
    }
    if (version === STORE_VERSION) return;
    this.#transaction(() => {
      // Another process may have done it while this one waited for its turn.
      const version = this.#version();
      if (version >= STORE_VERSION) return;
      if (version === 0) this.#db.exec(SCHEMA);
      else for (let next = version + 1; next <= STORE_VERSION; next++) this.#db.exec(MIGRATIONS[next] ?? '');
      this.#db.exec(`PRAGMA user_version = ${STORE_VERSION}`);
    });
  }

  #version(): number {
    return Number(this.#all('PRAGMA user_version', [])[0]?.['user_version'] ?? 0);
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      // A full disk has ended the transaction already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #runs(): Record<string, unknown>[] {
    return this.#all('SELECT * FROM runs ORDER BY started_at DESC, id DESC', []);
  }

  #samples(where: string, values: SQLInputValue[]): Sample[] {
    const columns = COLUMNS.map(([column, key]) => `${column} AS "${key}"`).join(', ');
    return this.#all(`SELECT ${columns} FROM samples ${where}`, values).map((row) =>
      Sample.parse(withoutNull({ ...row, sealed: row['sealed'] === 1 })),
    );
  }

  #run(sql: string, values: SQLInputValue[]): void {
    this.#db.prepare(sql).run(...values);
  }

  #all(sql: string, values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#db.prepare(sql).all(...values);
  }
}

const TaskCountShape = z.strictObject({
  taskId: z.string(),
  stage: z.string(),
  samples: z.int(),
  passed: z.int(),
});

const COLUMNS: readonly (readonly [string, keyof Sample])[] = [
  ['task_id', 'taskId'],
  ['sample', 'sample'],
  ['verdict', 'verdict'],
  ['error_type', 'errorType'],
  ['tokens', 'tokens'],
  ['duration_ms', 'durationMs'],
  ['queue_ms', 'queueMs'],
  ['hash', 'hash'],
  ['finish', 'finish'],
  ['sealed', 'sealed'],
  ['checks_passed', 'checksPassed'],
  ['checks_total', 'checksTotal'],
  ['completion', 'completion'],
  ['decoded', 'decoded'],
  ['feedback', 'feedback'],
];

/** SQLite has no booleans, and null for a missing value. */
function toColumn(value: Sample[keyof Sample]): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : (value ?? null);
}

function withoutNull(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

/** The run of a row; undefined when the row is damaged. */
function readable(row: Record<string, unknown>): RunRow | undefined {
  try {
    return toRun(row);
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function toRun(row: Record<string, unknown>): RunRow {
  return {
    id: text(row, 'id'),
    status: RunStatus.parse(row['status']),
    startedAt: text(row, 'started_at'),
    endedAt: row['ended_at'] === null ? undefined : text(row, 'ended_at'),
    error: row['error'] === null ? undefined : text(row, 'error'),
    ...StoredRunConfig.parse(JSON.parse(text(row, 'config'))),
    versions: Versions.parse(JSON.parse(text(row, 'versions'))),
  };
}

function text(row: Record<string, unknown>, column: string): string {
  return z.string().parse(row[column]);
}

function now(): string {
  return new Date().toISOString();
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
