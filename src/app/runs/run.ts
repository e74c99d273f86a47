import { randomBytes } from 'node:crypto';
import { amountFor, runSeconds } from '../../core/learning/budget.ts';
import type { Objectives } from '../../core/learning/objectives/objective.ts';
import { OBJECTIVES } from '../../core/learning/objectives/objectives.ts';
import type { SamplerEndpoint } from '../../protocol/engines.ts';
import { plannedSteps } from '../../core/outcome/runSteps.ts';
import { decidable } from '../../core/outcome/planWords.ts';
import { action, InterruptedError, step, UserError } from '../../protocol/errors.ts';
import { RunConfig, type RunReport } from '../../protocol/run.ts';
import { lockWorkspace } from '../../store/runLock.ts';
import { RunStore, type RunRow, type RunTask } from '../../store/runStore.ts';
import { gatherTasks } from '../tasks/gather.ts';
import { knownSpeeds } from '../tasks/speeds.ts';
import { requireDevice } from '../../training/device.ts';
import { runReport } from './report.ts';
import { runRounds } from './rounds.ts';
import { workspaceFiles, workspaceFolder } from '../folders.ts';
import { shortageNote } from '../models/defaultModel.ts';
import { Workbench, type WorkbenchOptions } from '../workbench.ts';

/** What a run needs besides its configuration. */
export type RunContext = Omit<WorkbenchOptions, 'workspace' | 'device' | 'endpoint'> & {
  /** The user's endpoint of today. */
  endpoint?: SamplerEndpoint | undefined;
  /** Whether a run may be resumed at the endpoint that it was started with, although the user names none today. */
  remembersEndpoint?: boolean;
  /** The objectives that the run may name; those of the product if missing. */
  objectives?: Objectives;
  /** Writes every program anew, for those who measure time. Without it the texts of earlier runs are kept where they are the same. */
  writesAnew?: boolean;
};

/** Stages of a run that another one would do alike. */
export interface SharedStages {
  run: string;
  stages: readonly string[];
}

export type RunStart =
  /**
   * `share`: stages of another run that are this one's too, and are copied. `plan`: the hash of a plan, whose tasks the run
   * takes while no file of the workspace has changed.
   */
  { config: RunConfig; share?: SharedStages; plan?: string } | { workspace: string; resume: string };

/**
 * Starts a run, or continues one that was stopped. A run that is interrupted, fails or is killed can be resumed: what
 * was finished is kept. Throws InterruptedError when the signal stopped it, UserError for what the user can mend.
 */
export async function startOrResumeRun(
  start: RunStart,
  context: RunContext,
): Promise<{ report: RunReport; modelFolder: string | undefined }> {
  const workspace = await workspaceFolder('config' in start ? start.config.workspace : start.workspace);
  const files = workspaceFiles(workspace, context.env);
  const lock = lockWorkspace(files.lock);
  try {
    const store = new RunStore(files.store);
    try {
      const run =
        'config' in start
          ? { id: newRunId(), config: { ...start.config, workspace } }
          : resumable(store, start.resume);
      const endpoint = 'config' in start ? run.config.endpoint : endpointToResume(run.config, context);
      const { objectives = OBJECTIVES } = context;
      requireObjective(run.config.objective, objectives);
      const { share, plan } = 'config' in start ? start : {};
      return await work(run, 'config' in start, { share, plan }, store, objectives, { ...context, endpoint });
    } finally {
      store.close();
    }
  } finally {
    lock.release();
  }
}

async function work(
  run: { id: string; config: RunConfig },
  fresh: boolean,
  { share, plan }: { share?: SharedStages | undefined; plan?: string | undefined },
  store: RunStore,
  objectives: Objectives,
  context: RunContext,
): Promise<{ report: RunReport; modelFolder: string | undefined }> {
  const workbench = new Workbench({ ...context, workspace: run.config.workspace, device: run.config.device });
  try {
    // Before the run is on record: without interpreter, device or tasks there is no run. The environment comes last, as it is
    // gigabytes.
    await requireDevice(run.config.device, workbench.env);
    let tasks = store.tasks(run.id);
    const gathered = tasks.length === 0 ? await gatherTasks(run.config, workbench, plan) : undefined;
    const versions = fresh ? await workbench.versions() : {};
    const config = await withAmount(run.config, gathered?.tasks, workbench);
    if (fresh) store.createRun(run.id, config, versions);
    else store.setStatus(run.id, 'running');
    const [begun, spent] = [Date.now(), store.activeSeconds(run.id)];
    context.observe({ event: 'run', run: run.id, resumed: !fresh, workspace: run.config.workspace });
    const note = await shortageNote(config.model, context.env, context.signal);
    if (note !== undefined) context.observe({ event: 'notice', message: note });
    try {
      if (gathered !== undefined) {
        store.saveTasks(run.id, gathered.tasks, gathered.dropped);
        tasks = gathered.tasks;
      }
      if (share !== undefined) store.copyStages(share.run, run.id, share.stages);
      const train = tasks.filter(({ side }) => side === 'train').map(({ task }) => task);
      const heldOut = tasks.filter(({ side }) => side === 'held-out').map(({ task }) => task);
      context.observe({
        event: 'tasks',
        train: train.length,
        heldOut: heldOut.length,
        dropped: store.dropped(run.id).length,
      });
      const families = new Set(heldOut.map(({ family }) => family)).size;
      const { words } = decidable(families, config.heldOutSamples * config.looks);
      context.observe({
        event: 'phase',
        phase: 'plan',
        detail: `can this run tell whether it helps? ${words}`,
      });
      const { speeds } = await knownSpeeds(config, workbench);
      const counts = { train: train.length, heldOut: heldOut.length };
      context.observe({ event: 'steps', steps: plannedSteps(config, counts, speeds) });
      await runRounds({
        ...{ id: run.id, config, objectives, train, heldOut, store, workbench },
        writesAnew: context.writesAnew === true,
        secondsSpent: () => (spent ?? 0) + secondsSince(begun),
      });
      store.setStatus(run.id, 'finished');
    } catch (error) {
      // What a dying child reports after Ctrl-C is the interruption, not a failure of its own.
      const stopped = context.signal.aborted || error instanceof InterruptedError;
      store.setStatus(run.id, stopped ? 'interrupted' : 'failed', messageOf(error));
      throw stopped ? new InterruptedError() : error;
    } finally {
      store.addActiveSeconds(run.id, secondsSince(begun));
    }
    const report = runReport(store, run.id);
    if (report === undefined) throw new Error(`run ${run.id} vanished from its store`);
    return { report, modelFolder: await workbench.tidy(report) };
  } catch (error) {
    throw context.signal.aborted ? new InterruptedError() : error;
  } finally {
    await workbench.close();
  }
}

/** The configuration with the rounds and programs that fit into its minutes, if it names some. */
async function withAmount(
  config: RunConfig,
  tasks: readonly RunTask[] | undefined,
  workbench: Workbench,
): Promise<RunConfig> {
  const { minutes } = config;
  // The configuration of a run that is resumed holds them already.
  if (minutes === undefined || tasks === undefined) return config;
  const train = tasks.filter(({ side }) => side === 'train').length;
  const counts = { train, heldOut: tasks.length - train };
  const { speeds } = await knownSpeeds(config, workbench);
  const { amount, enough } = amountFor(minutes * 60, counts, speeds);
  if (!enough) {
    const least = Math.ceil(runSeconds(amount, counts, speeds) / 60);
    const message = `${minutes} minutes are too few for ${tasks.length} tasks with this model: the run will take about ${least} minutes.`;
    workbench.observe({ event: 'notice', message });
  }
  const { rounds, samples, heldOutSamples, looks = 1 } = amount;
  const detail = `${minutes} minutes: ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${samples} programs per training task, ${looks === 1 ? '' : `up to ${looks} times `}${heldOutSamples} per held-out task`;
  workbench.observe({ event: 'phase', phase: 'plan', detail });
  return { ...config, ...amount };
}

function secondsSince(begun: number): number {
  return (Date.now() - begun) / 1000;
}

function resumable(store: RunStore, id: string): RunRow {
  const found = id === 'last' ? store.runs()[0] : store.run(id);
  if (found === undefined) {
    throw new UserError(
      `There is no run ${id} in this workspace.`,
      step`${action('listRuns')} to see the runs.`,
      2,
    );
  }
  if (found.status === 'finished') {
    throw new UserError(
      `Run ${found.id} is finished.`,
      step`${action('openRun', found.id)} to see its results.`,
      2,
    );
  }
  if (found.removed.length > 0) {
    throw new UserError(
      `Run ${found.id} cannot be resumed: this version no longer has its options ${found.removed.join(', ')}.`,
      'Start a new run.',
      2,
    );
  }
  return found;
}

/** Where a resumed run samples: where the user says today, else where it did. */
function endpointToResume(
  { endpoint: before }: RunConfig,
  { endpoint: today, remembersEndpoint }: RunContext,
): SamplerEndpoint | undefined {
  if (before === undefined) return undefined;
  if (today !== undefined) return { ...today, weights: before.weights };
  if (remembersEndpoint === true) return before;
  throw new UserError(
    `This run samples at ${before.url}, and no endpoint is set today.`,
    'Set the endpoint again, or start a new run.',
    2,
  );
}

function requireObjective(name: string, objectives: Objectives): void {
  const allowed = ['auto', ...Object.keys(objectives)];
  if (allowed.includes(name)) return;
  throw new UserError(`There is no objective ${name} here.`, `Use one of: ${allowed.join(', ')}.`, 2);
}

/** Sortable by start time, short enough to type. */
function newRunId(): string {
  const stamp = new Date().toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
