import os from 'node:os';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { writeLauncher } from '../../process/launcher.ts';
import { REQUESTS, type Choices, type Place } from '../../protocol/backend.ts';
import type { SamplerEndpoint } from '../../protocol/engines.ts';
import { UserError } from '../../protocol/errors.ts';
import { RunConfig, type Evaluation, type Sample } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import { checkFunction, checkProgram, checkTasks, findTasks, workspaceTasks } from '../../app/tasks/check.ts';
import { examine, whatIsThere } from '../../app/doctor.ts';
import { evaluateModel } from '../../app/runs/evaluate.ts';
import { gatherTasks } from '../../app/tasks/gather.ts';
import { planRun } from '../../app/tasks/plan.ts';
import { repairFunction } from '../../app/completion/repair.ts';
import { startOrResumeRun } from '../../app/runs/run.ts';
import { Workbench } from '../../app/workbench.ts';
import type { StoreWatcher } from '../stores.ts';
import { answer, contextOf, type ServerContext } from '../work.ts';

/** Requests that run the workspace's code or train on it. */
export function answerWorkspace(server: ServerContext, watcher: StoreWatcher): void {
  const needsTrust = { needsTrust: true };
  const withWorkbench = async <T>(
    place: Place & { progressToken?: string | undefined; settings?: Choices | undefined },
    signal: AbortSignal,
    work: (workbench: Workbench, config: RunConfig) => Promise<T>,
    endpoint?: SamplerEndpoint,
  ): Promise<T> => {
    const workspace = await watcher.folder(place.workspace);
    const config = RunConfig.parse({ ...DEFAULT_RUN, ...place.settings, workspace });
    const workbench = new Workbench({
      workspace,
      device: config.device,
      endpoint,
      ...contextOf(server, place, signal),
    });
    try {
      return await work(workbench, config);
    } finally {
      await workbench.close();
    }
  };

  answer(
    server,
    REQUESTS.plan,
    (place, signal) =>
      withWorkbench(place, signal, async (workbench, config) => await planRun(config, workbench, server.env)),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.train,
    async (params, signal) => {
      const workspace = await watcher.folder(params.workspace);
      const { endpoint } = params;
      const start =
        'resume' in params.start
          ? { workspace, resume: params.start.resume }
          : {
              config: RunConfig.parse({ ...DEFAULT_RUN, ...params.start.settings, workspace, endpoint }),
              ...(params.start.plan === undefined ? {} : { plan: params.start.plan }),
            };
      const { report } = await startOrResumeRun(start, { ...contextOf(server, params, signal), endpoint });
      return report;
    },
    needsTrust,
  );
  answer(
    server,
    REQUESTS.evaluate,
    (params, signal) =>
      withWorkbench(params, signal, async (workbench, config) => {
        const tasks = (await gatherTasks(config, workbench)).tasks.filter(({ side }) => side === 'held-out');
        if (tasks.length === 0) {
          throw new UserError(
            'This workspace has too few tasks to hold any out.',
            'Write tests or doctests for more functions.',
          );
        }
        const measured = tasks.map(({ task }) => task);
        return (await measure(workbench, config, measured, config.heldOutSamples)).evaluation;
      }),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.solve,
    (params, signal) =>
      withWorkbench(params, signal, async (workbench, config) => {
        const tasks = await workspaceTasks(workbench, params.tasks);
        return (await measure(workbench, config, tasks, config.samples)).samples;
      }),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.tasks,
    (params, signal) => withWorkbench(params, signal, async (workbench) => await findTasks(workbench)),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.checkTasks,
    (params, signal) =>
      withWorkbench(params, signal, async (workbench, config) => {
        const begun = Date.now();
        return await checkTasks(workbench, params.tasks, config.timeoutSeconds, (done, total) => {
          const seconds = (Date.now() - begun) / 1000;
          workbench.observe({ event: 'progress', phase: 'checking', done, total, seconds });
        });
      }),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.check,
    (params, signal) =>
      withWorkbench(
        params,
        signal,
        async (workbench, config) => await checkFunction(workbench, params, config.timeoutSeconds),
      ),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.repair,
    (params, signal) =>
      withWorkbench(
        params,
        signal,
        async (workbench, config) => {
          const model = await workbench.activeModel(config.model);
          return await repairFunction(workbench, params, { ...config, model });
        },
        params.endpoint,
      ),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.checkProgram,
    (params, signal) =>
      withWorkbench(
        params,
        signal,
        async (workbench, config) => await checkProgram(workbench, params, config.timeoutSeconds),
      ),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.installLauncher,
    async ({ folder }) => writeLauncher(folder.replace(/^~(?=$|[\\/])/, os.homedir())),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.needs,
    async (place, signal) =>
      await whatIsThere({
        ...contextOf(server, place, signal),
        workspace: await watcher.folder(place.workspace),
      }),
    needsTrust,
  );
  answer(
    server,
    REQUESTS.doctor,
    async (place, signal) =>
      await examine({
        ...contextOf(server, place, signal),
        workspace: await watcher.folder(place.workspace),
      }),
    needsTrust,
  );
}

/** Programs of the active model, judged like the programs of a run. */
async function measure(
  workbench: Workbench,
  config: RunConfig,
  tasks: readonly Task[],
  samples: number,
): Promise<{ evaluation: Evaluation; samples: Sample[] }> {
  const model = await workbench.activeModel(config.model);
  const { temperature, seed, timeoutSeconds } = config;
  return await evaluateModel(
    { tasks, model, samples, temperature, ks: [1, 8], condition: undefined, seed, timeoutSeconds },
    workbench,
  );
}
