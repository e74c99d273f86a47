import os from 'node:os';
import path from 'node:path';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { writeLauncher } from '../../process/launcher.ts';
import { REQUESTS, type Choices, type Place } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';
import { RunConfig, type Evaluation, type Sample } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import {
  checkFunction,
  checkProgram,
  checkTasks,
  findTasks,
  workspaceTasks,
} from '../../rounds/checkFunction.ts';
import { examine, whatIsThere } from '../../rounds/doctor.ts';
import { evaluateModel } from '../../rounds/evaluateModel.ts';
import { gatherTasks } from '../../rounds/gatherTasks.ts';
import { planRun } from '../../rounds/plan.ts';
import { repairFunction } from '../../rounds/repair.ts';
import { startOrResumeRun } from '../../rounds/run.ts';
import { Workbench } from '../../rounds/workbench.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, contextOf, type Backend } from '../work.ts';

/** Requests that run the workspace's code or train on it. */
export function answerWorkspace(backend: Backend, watcher: StoreWatcher): void {
  const needsTrust = { needsTrust: true };
  const withBench = async <T>(
    place: Place & { progressToken?: string | undefined; settings?: Choices | undefined },
    signal: AbortSignal,
    work: (bench: Workbench, config: RunConfig) => Promise<T>,
  ): Promise<T> => {
    const workspace = await watcher.folder(place.workspace);
    const config = RunConfig.parse({ ...DEFAULT_RUN, ...place.settings, workspace });
    const bench = new Workbench({
      workspace,
      device: config.device,
      ...contextOf(backend, place, signal),
    });
    try {
      return await work(bench, config);
    } finally {
      await bench.close();
    }
  };

  answer(
    backend,
    REQUESTS.plan,
    (place, signal) =>
      withBench(place, signal, async (bench, config) => await planRun(config, bench, backend.env)),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.train,
    async (params, signal) => {
      const workspace = await watcher.folder(params.workspace);
      const start =
        'resume' in params.start
          ? { workspace, resume: params.start.resume }
          : { config: RunConfig.parse({ ...DEFAULT_RUN, ...params.start.settings, workspace }) };
      const { report } = await startOrResumeRun(start, contextOf(backend, params, signal));
      return report;
    },
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.evaluate,
    (params, signal) =>
      withBench(params, signal, async (bench, config) => {
        const tasks = (await gatherTasks(config, bench)).tasks.filter(({ side }) => side === 'held-out');
        if (tasks.length === 0) {
          throw new UserError('This workspace has too few tasks to hold any out.', 'Add tests or doctests.');
        }
        const measured = tasks.map(({ task }) => task);
        return (await measure(bench, config, measured, config.heldOutSamples)).evaluation;
      }),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.solve,
    (params, signal) =>
      withBench(params, signal, async (bench, config) => {
        const tasks = await workspaceTasks(bench, params.tasks);
        return (await measure(bench, config, tasks, config.samples)).samples;
      }),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.tasks,
    (params, signal) => withBench(params, signal, async (bench) => await findTasks(bench)),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.checkTasks,
    (params, signal) =>
      withBench(params, signal, async (bench, config) => {
        const begun = Date.now();
        return await checkTasks(bench, params.tasks, config.timeoutSeconds, (done, total) => {
          const seconds = (Date.now() - begun) / 1000;
          bench.observe({ event: 'progress', phase: 'checking', done, total, seconds });
        });
      }),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.check,
    (params, signal) =>
      withBench(
        params,
        signal,
        async (bench, config) => await checkFunction(bench, params, config.timeoutSeconds),
      ),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.repair,
    (params, signal) =>
      withBench(params, signal, async (bench, config) => {
        const model = await bench.modelInUse(config.model);
        return await repairFunction(bench, params, { ...config, model });
      }),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.checkProgram,
    (params, signal) =>
      withBench(
        params,
        signal,
        async (bench, config) => await checkProgram(bench, params, config.timeoutSeconds),
      ),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.installLauncher,
    async ({ folder }) => writeLauncher(path.resolve(folder.replace(/^~(?=$|[\\/])/, os.homedir()))),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.needs,
    async (place, signal) =>
      await whatIsThere({
        ...contextOf(backend, place, signal),
        workspace: await watcher.folder(place.workspace),
      }),
    needsTrust,
  );
  answer(
    backend,
    REQUESTS.doctor,
    async (place, signal) =>
      await examine({
        ...contextOf(backend, place, signal),
        workspace: await watcher.folder(place.workspace),
      }),
    needsTrust,
  );
}

/** Programs of the model in use, judged as a run's are. */
async function measure(
  bench: Workbench,
  config: RunConfig,
  tasks: readonly Task[],
  samples: number,
): Promise<{ evaluation: Evaluation; samples: Sample[] }> {
  const model = await bench.modelInUse(config.model);
  const { temperature, seed, timeoutSeconds } = config;
  return await evaluateModel(
    { tasks, model, samples, temperature, ks: [1, 8], condition: undefined, seed, timeoutSeconds },
    bench,
  );
}
