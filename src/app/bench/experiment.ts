import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { plannedArms, sharesFirstSamples, type PlannedArm } from './arms.ts';
import { minutesUntil, stepsUntil } from './effort.ts';
import { experimentReport } from './report.ts';
import { OBJECTIVES } from '../../core/learning/objectives/objectives.ts';
import { InterruptedError } from '../../protocol/errors.ts';
import { ArmResult, type Experiment, type ExperimentState } from '../../protocol/experiment.ts';
import { digest } from '../../process/digest.ts';
import { writeWhole } from '../../process/wholeFile.ts';
import type { RunConfig, RunReport } from '../../protocol/run.ts';
import { RunStore } from '../../store/runStore.ts';
import { resultOf } from '../models/lifetime.ts';
import { readExperiment, readState } from './files.ts';
import { EXPERIMENT_OBJECTIVES } from './objectives.ts';
import { finalsOf, measuredOf, measureFinals, readFinals, type FinalSet } from './finals.ts';
import { runReport } from '../runs/report.ts';
import { startOrResumeRun, type RunContext, type SharedStages } from '../runs/run.ts';
import { FIRST_SAMPLES, stages } from '../runs/stages.ts';
import { Workbench } from '../workbench.ts';
import { workspaceFiles, workspaceFolder } from '../folders.ts';

const STATE = 'state.json';
const REPORT = 'report.md';

export interface ExperimentRequest {
  /** The experiment's file. */
  file: string;
  /** Folder of the results. It is made if it is missing. */
  out: string;
  /** The work stops after this time. The next call resumes it. */
  minutes: number | undefined;
  /** The command that the head of the report names. */
  command: string;
}

export interface ExperimentEnding {
  /** Finished runs, of all arms and seeds. */
  finished: number;
  planned: number;
  /** The report's file. */
  report: string;
}

/**
 * Does the work of an experiment that is left: seed by seed, arm by arm, then the final measurements. Writes raw results and the
 * report after each run. Arms share the samples before their first training. The next call continues stopped work.
 * @throws UserError naming the fault of the file; InterruptedError if the context's signal stopped it.
 */
export async function runExperiment(
  request: ExperimentRequest,
  context: RunContext,
): Promise<ExperimentEnding> {
  const experiment = await readExperiment(request.file);
  await mkdir(request.out, { recursive: true });
  const workspace = await workspaceFolder(request.out);
  const limit = request.minutes === undefined ? undefined : AbortSignal.timeout(request.minutes * 60_000);
  const signal = limit === undefined ? context.signal : AbortSignal.any([context.signal, limit]);
  const work = new ExperimentWork(experiment, workspace, request.command, { ...context, signal });
  try {
    return await work.go();
  } catch (error) {
    // The time limit is not an interruption.
    if (error instanceof InterruptedError && !context.signal.aborted) return await work.report();
    throw error;
  }
}

class ExperimentWork {
  readonly #experiment: Experiment;
  readonly #folder: string;
  readonly #command: string;
  readonly #context: RunContext;
  readonly #planned: PlannedArm[];
  #finals: FinalSet[] = [];
  #state: ExperimentState = { format: 2, runs: [], finals: [], perplexity: [] };

  constructor(experiment: Experiment, folder: string, command: string, context: RunContext) {
    this.#experiment = experiment;
    this.#folder = folder;
    this.#command = command;
    this.#context = context;
    this.#planned = plannedArms(experiment, folder);
  }

  async go(): Promise<ExperimentEnding> {
    this.#state = (await readState(path.join(this.#folder, STATE))) ?? this.#state;
    // Read now, so that an unreadable file is found before hours of work.
    this.#finals = await readFinals(this.#experiment);
    for (const arm of this.#planned) {
      await this.#run(arm);
      await this.report();
    }
    await this.#measureFinals();
    return await this.report();
  }

  /** Writes the results and the report of the runs so far. */
  async report(): Promise<ExperimentEnding> {
    const results = this.#results();
    const { markdown, plots } = experimentReport(this.#experiment, results, this.#command);
    await writeWhole(path.join(this.#folder, 'results.json'), `${JSON.stringify(results, undefined, 1)}\n`);
    for (const [name, plot] of Object.entries(plots)) await writeWhole(path.join(this.#folder, name), plot);
    const report = path.join(this.#folder, REPORT);
    await writeWhole(report, markdown);
    const finished = results.filter(({ status }) => status === 'finished').length;
    return { finished, planned: this.#planned.length, report };
  }

  async #run({ arm, seed, after, config: planned }: PlannedArm): Promise<void> {
    const config = after === undefined ? planned : { ...planned, model: this.#modelOf(after, seed) };
    const key = keyOf(config);
    const known = this.#state.runs.find((one) => one.arm === arm && one.seed === seed && one.config === key);
    const status = known === undefined ? undefined : this.#withStore((store) => store.run(known.run)?.status);
    if (status === 'finished') return;
    const share = this.#shareable(config);
    const { observe } = this.#context;
    observe({ event: 'phase', phase: 'arm', detail: `${arm}, seed ${seed}` });
    let noted: Promise<void> = Promise.resolve();
    const start =
      known === undefined || status === undefined
        ? { config, ...(share === undefined ? {} : { share }) }
        : { workspace: this.#folder, resume: known.run };
    await startOrResumeRun(start, {
      ...this.#context,
      writesAnew: true,
      objectives: { ...OBJECTIVES, ...EXPERIMENT_OBJECTIVES },
      observe: (event) => {
        if (event.event === 'run' && !event.resumed)
          noted = this.#note({ arm, seed, run: event.run, config: key });
        observe(event);
      },
    });
    await noted;
  }

  /** The hash of a finished arm's model. */
  #modelOf(arm: string, seed: number): string {
    const model = this.#withStore((store) => {
      const report = this.#reportOf(store, arm, seed);
      return report === undefined ? undefined : endedWith(report);
    });
    if (model === undefined) throw new Error(`the arm ${arm} has no model`);
    return model;
  }

  /** The first samples of another arm, if this arm would sample the same ones. */
  #shareable(config: RunConfig): SharedStages | undefined {
    const last = stages.evaluate(0, 'train');
    const near = this.#withStore((store) =>
      store
        .runs()
        .find((run) => sharesFirstSamples(run.config, config) && store.stages(run.id).includes(last)),
    );
    return near === undefined ? undefined : { run: near.id, stages: FIRST_SAMPLES };
  }

  async #note(run: ExperimentState['runs'][number]): Promise<void> {
    const others = this.#state.runs.filter(({ arm, seed }) => arm !== run.arm || seed !== run.seed);
    this.#state = { ...this.#state, runs: [...others, run] };
    await this.#save();
  }

  /** Measures each arm's model, and their common first model, on the final tasks. */
  async #measureFinals(): Promise<void> {
    const { perplexity, model, device } = this.#experiment;
    if (this.#finals.length === 0 && !perplexity) return;
    const workbench = new Workbench({ ...this.#context, workspace: this.#folder, device });
    try {
      const base = await workbench.resolveModel(model);
      await measureFinals(
        this.#experiment,
        this.#finals,
        base.hash,
        this.#results(),
        this.#state,
        workbench,
        async (measured) => {
          this.#state = { ...this.#state, ...measured };
          await this.#save();
        },
      );
    } finally {
      await workbench.close();
    }
  }

  #results(): ArmResult[] {
    const results: ArmResult[] = [];
    this.#withStore((store) => {
      for (const { arm, seed, after } of this.#planned) {
        const report = this.#reportOf(store, arm, seed);
        if (report === undefined) continue;
        const before = results.find((one) => one.arm === after && one.seed === seed);
        results.push(this.#result(store, arm, seed, report, before));
      }
    });
    return results;
  }

  #reportOf(store: RunStore, arm: string, seed: number): RunReport | undefined {
    const run = this.#state.runs.find((one) => one.arm === arm && one.seed === seed)?.run;
    return run === undefined ? undefined : runReport(store, run);
  }

  #result(
    store: RunStore,
    arm: string,
    seed: number,
    report: RunReport,
    before: ArmResult | undefined,
  ): ArmResult {
    const { run, status, heldOut, trainings } = report;
    const ids = store.tasks(run).filter(({ side }) => side === 'held-out');
    const efforts = store.efforts(run);
    const model = endedWith(report);
    return ArmResult.parse({
      ...{ arm, seed, run, status },
      ...(before === undefined
        ? {}
        : { began: { steps: stepsUntil(before, Infinity), minutes: minutesUntil(before, Infinity) } }),
      ...finalsOf(this.#state, this.#finals, arm, heldOut[0]?.model, model),
      ...(model === undefined ? {} : { model }),
      validation: heldOut.map((evaluation) =>
        measuredOf(
          evaluation,
          ids.map(({ task }) => task.id),
          store.samples(run, stages.evaluate(evaluation.round, 'held-out')),
        ),
      ),
      rounds: trainings.map(({ round, examples, passes, failures, steps, seconds }) => {
        const effort = efforts.get(stages.sample(round));
        return {
          ...{ round, examples, passes, failures, steps, trainingSeconds: seconds },
          samplingSeconds: effort?.samplingSeconds ?? 0,
          executionSeconds: effort?.executionSeconds ?? 0,
        };
      }),
    });
  }

  async #save(): Promise<void> {
    await writeWhole(path.join(this.#folder, STATE), `${JSON.stringify(this.#state)}\n`);
  }

  #withStore<T>(work: (store: RunStore) => T): T {
    const store = new RunStore(workspaceFiles(this.#folder, this.#context.env).store);
    try {
      return work(store);
    } finally {
      store.close();
    }
  }
}

/** Hash of the model that a finished run came to. */
function endedWith(report: RunReport): string | undefined {
  return report.status === 'finished' ? resultOf(report) : undefined;
}

function keyOf(config: object): string {
  return digest(JSON.stringify(config), 16);
}
