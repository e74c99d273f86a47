import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { samplingPrompt } from '../../core/learning/prompts.ts';
import { ZodError } from 'zod';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { byChange, taskChange } from '../../core/evaluation/taskHistory.ts';
import { writeJsonLines } from '../../harvest/jsonLines.ts';
import type { RunDetail, RunSummary, TaskDetail, TaskHistory } from '../../protocol/backend.ts';
import type { MeasuredRate } from '../../protocol/storedModels.ts';
import { action, step, UserError } from '../../protocol/errors.ts';
import type { RunReport, SamplingRecord } from '../../protocol/run.ts';
import type { PromptSegment } from '../../protocol/sampling.ts';
import type { Check, Task } from '../../protocol/task.ts';
import { ExclusiveLock } from '../../process/exclusiveLock.ts';
import { lockWorkspace } from '../../store/runLock.ts';
import { RunStore, type RunRow } from '../../store/runStore.ts';
import { runOutcome } from '../../core/outcome/runOutcome.ts';
import { runReport } from './report.ts';
import { workspaceFiles, type WorkspaceFiles } from '../folders.ts';

/** What is stored of a workspace's runs, read without starting anything. Each call opens the store and closes it. */
export class StoredRuns {
  readonly #files: WorkspaceFiles;

  /** `workspace` is a real path. */
  constructor(workspace: string, env: NodeJS.ProcessEnv) {
    this.#files = workspaceFiles(workspace, env);
  }

  /** Newest first; none where there was never a run. A damaged record hides no other run and says that it is damaged. */
  list(): RunSummary[] {
    if (!existsSync(this.#files.store)) return [];
    return this.#read((store) => {
      const live = ExclusiveLock.isHeld(this.#files.lock);
      return [
        ...store.runs().map((run) => readableSummary(store, run, live)),
        ...store.damagedRuns().map(damagedSummary),
      ].sort((a, b) =>
        a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.id < b.id ? 1 : -1,
      );
    });
  }

  /** What the newest run that measured a model on held-out tasks found, by the model's hash. */
  rates(): Map<string, MeasuredRate> {
    const rates = new Map<string, MeasuredRate>();
    if (!existsSync(this.#files.store)) return rates;
    return this.#read((store) => {
      // Newest first: a rate that is there already stands.
      for (const { id } of store.runs()) {
        for (const [model, rate] of ratesOf(store, id)) {
          if (!rates.has(model)) rates.set(model, rate);
        }
      }
      return rates;
    });
  }

  /** Throws a UserError where there is no such run; "last" is the newest. */
  detail(id: string): RunDetail {
    return this.#read((store) => {
      const run = found(store, id);
      const report = runReport(store, run.id);
      if (report === undefined) throw unknownRun(id);
      const counts = store.counts(run.id);
      const efforts = store.efforts(run.id);
      return {
        summary: summaryOf(store, run, ExclusiveLock.isHeld(this.#files.lock)),
        report,
        versions: run.versions,
        steps: store.steps(run.id),
        stages: store.sampledStages(run.id).map((stage) => {
          const own = counts.filter((count) => count.stage === stage);
          const effort = efforts.get(stage);
          return {
            stage,
            samples: own.reduce((sum, { samples }) => sum + samples, 0),
            passed: own.reduce((sum, { passed }) => sum + passed, 0),
            ...(effort === undefined ? {} : { effort }),
          };
        }),
      };
    });
  }

  /** How each task of a run did from stage to stage, regressions first. */
  histories(id: string): TaskHistory[] {
    return this.#read((store) => {
      const run = found(store, id);
      const stages = store.sampledStages(run.id);
      const counts = Map.groupBy(store.counts(run.id), (count) => count.taskId);
      const histories = store.tasks(run.id).map(({ task, side }) => {
        const own = counts.get(task.id) ?? [];
        const points = stages.flatMap((stage) =>
          own
            .filter((count) => count.stage === stage)
            .map(({ samples, passed }) => ({ stage, samples, passed })),
        );
        const change = taskChange(points);
        return { id: task.id, side, points, ...(change === undefined ? {} : { change }) };
      });
      return histories.sort(byChange);
    });
  }

  /** A task of a run with all of its programs. */
  task(id: string, taskId: string): TaskDetail {
    return this.#read((store) => {
      const run = found(store, id);
      const known = store.tasks(run.id).find(({ task }) => task.id === taskId);
      if (known === undefined) {
        throw new UserError(`Run ${run.id} has no task ${taskId}.`, 'Choose a task of this run.', 2);
      }
      const { task, side } = known;
      return {
        id: task.id,
        side,
        instruction: task.instruction,
        prefix: task.prefix,
        hole: task.hole,
        checks: task.checks.map(checkText),
        stages: store.sampledStages(run.id).flatMap((stage) => {
          const samples = store.samplesOfTask(run.id, stage, taskId);
          const record = store.samplingRecord(run.id, stage);
          if (samples.length === 0) return [];
          return [{ stage, samples, ...(record === undefined ? {} : { record }), ...promptOf(task, record) }];
        }),
      };
    });
  }

  /** Bytes of a run's working files and of what the store holds of it. */
  async size(id: string): Promise<number> {
    const { run, stored } = this.#read((store) => {
      const run = idOf(store, id);
      return { run, stored: store.bytesOf(run) };
    });
    return stored + (await sizeOf(this.#files.run(run)));
  }

  /** Deletes a run with its samples and working files; models that it made stay stored. Refused while a run is active. */
  async delete(id: string): Promise<void> {
    const lock = lockWorkspace(this.#files.lock);
    try {
      const run = this.#read((store) => {
        const known = idOf(store, id);
        store.deleteRun(known);
        return known;
      });
      await rm(this.#files.run(run), { recursive: true, force: true });
    } finally {
      lock.release();
    }
  }

  /** Writes a run as JSON lines: its report, then its tasks, then its samples with their stages. Appears whole. */
  async export(id: string, file: string): Promise<void> {
    const store = new RunStore(this.#files.store);
    try {
      await writeJsonLines(file, linesOf(store, found(store, id)));
    } finally {
      store.close();
    }
  }

  #read<T>(read: (store: RunStore) => T): T {
    const store = new RunStore(this.#files.store);
    try {
      return read(store);
    } finally {
      store.close();
    }
  }
}

/** All that is stored of a run, one value a line; of its samples one stage is in memory at a time. */
function* linesOf(store: RunStore, { id, versions }: RunRow): Generator<object> {
  yield { kind: 'run', report: runReport(store, id), versions };
  for (const { task, side } of store.tasks(id)) yield { kind: 'task', side, task };
  for (const stage of store.sampledStages(id)) {
    for (const sample of store.samples(id, stage)) yield { kind: 'sample', stage, sample };
  }
}

function found(store: RunStore, id: string): RunRow {
  const run = id === 'last' ? store.runs()[0] : store.run(id);
  if (run === undefined) throw unknownRun(id);
  return run;
}

/** Of a run that is there, be its record damaged or not. */
function idOf(store: RunStore, id: string): string {
  if (id === 'last') return found(store, id).id;
  if (!store.has(id)) throw unknownRun(id);
  return id;
}

function unknownRun(id: string): UserError {
  return new UserError(
    `There is no run ${id} in this workspace.`,
    step`${action('listRuns')} to see the runs.`,
    2,
  );
}

function damagedSummary({ id, startedAt }: Pick<RunRow, 'id' | 'startedAt'>): RunSummary {
  return {
    id,
    status: 'failed',
    startedAt,
    error: 'The record of this run is damaged. Delete the run.',
    objective: DEFAULT_RUN.objective,
    rounds: 0,
    model: 'unknown',
  };
}

/** A run's summary, also where what one of its stages found cannot be read. */
function readableSummary(store: RunStore, run: RunRow, live: boolean): RunSummary {
  try {
    return summaryOf(store, run, live);
  } catch (error) {
    if (error instanceof ZodError || error instanceof SyntaxError) return damagedSummary(run);
    throw error;
  }
}

function summaryOf(store: RunStore, run: RunRow, live: boolean): RunSummary {
  const report = runReport(store, run.id);
  const evaluations = (report?.heldOut.length ?? 0) > 0 ? report?.heldOut : report?.train;
  const before = evaluations?.[0];
  const now = evaluations?.at(-1);
  const outcome = report === undefined ? undefined : runOutcome(report);
  return {
    id: run.id,
    // A killed run never said that it ended.
    status: run.status === 'running' && !live ? 'interrupted' : run.status,
    startedAt: run.startedAt,
    ...(run.endedAt === undefined ? {} : { endedAt: run.endedAt }),
    ...(run.error === undefined ? {} : { error: run.error }),
    objective: run.config.objective,
    rounds: run.config.rounds,
    model: run.config.model,
    ...(before === undefined ? {} : { before }),
    ...(now === undefined ? {} : { now }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/** The rates of a run's models. None where the record of the run is damaged. */
function ratesOf(store: RunStore, run: string): [string, MeasuredRate][] {
  let report: RunReport | undefined;
  try {
    report = runReport(store, run);
  } catch (error) {
    if (error instanceof ZodError || error instanceof SyntaxError) return [];
    throw error;
  }
  const { heldOut = [], gates = [] } = report ?? {};
  const first = heldOut.find(({ round }) => round === 0)?.passAt['1']?.value;
  return heldOut.flatMap(({ model, round, passAt, tasks, samples }) => {
    const rate = passAt['1'];
    if (rate === undefined) return [];
    const decision = gates.find((gate) => gate.round === round)?.decision;
    const before = round === 0 ? undefined : first;
    return [
      [
        model,
        {
          ...{ run, round, rate, tasks, samples },
          ...(before === undefined ? {} : { before }),
          ...(decision === undefined ? {} : { decision }),
        },
      ],
    ];
  });
}

/** The prompt of a task's samples, made by the functions and from the values that made it then. */
function promptOf(task: Task, record: SamplingRecord | undefined): { prompt?: PromptSegment[] } {
  if (record?.style === undefined) return {};
  return { prompt: samplingPrompt(task, record.style, record.condition) };
}

function checkText(check: Check): string {
  switch (check.kind) {
    case 'statements':
      return check.source;
    case 'test':
      return `${check.path}::${check.name}`;
    case 'doctest':
      return `doctest of ${check.name}`;
    case 'io':
      return `prints ${JSON.stringify(check.stdout)} for ${JSON.stringify(check.stdin)}`;
    case 'verifier':
      return `verifier of ${check.call}`;
  }
}

async function sizeOf(target: string): Promise<number> {
  const entry = await stat(target).catch(() => undefined);
  if (entry === undefined) return 0;
  if (!entry.isDirectory()) return entry.size;
  const sizes = await Promise.all(
    (await readdir(target)).map(async (name) => await sizeOf(path.join(target, name))),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
