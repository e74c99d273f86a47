import { evaluate } from '../../core/evaluation/passRates.ts';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import type { Condition } from '../../protocol/model.ts';
import type { Evaluation, Sample } from '../../protocol/run.ts';
import type { Sampler } from '../../protocol/sampling.ts';
import type { Task } from '../../protocol/task.ts';
import { RunStore } from '../../store/runStore.ts';
import { collectSamples } from './collect.ts';
import type { Workbench } from '../workbench.ts';

export interface EvaluateRequest {
  tasks: readonly Task[];
  model: string;
  samples: number;
  temperature: number;
  ks: readonly number[];
  /** The model's own condition when it is not given. */
  condition: Condition | undefined;
  seed: number;
  timeoutSeconds: number;
}

/**
 * Measures a model on tasks, on the weights that completions use (the exported int8 model). Where the user chose an endpoint,
 * its weights are measured. Nothing is stored; the samples come back with the evaluation.
 */
export async function evaluateModel(
  request: EvaluateRequest,
  workbench: Workbench,
): Promise<{ evaluation: Evaluation; samples: Sample[]; condition: Condition }> {
  const model = await workbench.resolveModel(request.model);
  const { endpoint } = workbench;
  // An endpoint's own weights know none of our markers.
  const condition = request.condition ?? (endpoint === undefined ? model.record.condition : 'none');
  const store = new RunStore(':memory:');
  const stage = 'evaluate';
  const run = 'evaluate';
  store.createRun(run, { ...DEFAULT_RUN, workspace: workbench.workspace }, {});
  let sampler: Promise<Sampler> | undefined;
  try {
    const samples = await collectSamples(
      {
        run,
        stage,
        tasks: request.tasks,
        samples: request.samples,
        allAtOnce: endpoint !== undefined,
        batchRows: endpoint === undefined ? DEFAULT_RUN.batchRows : request.samples,
        settings: {
          temperature: request.temperature,
          topP: DEFAULT_RUN.topP,
          topK: DEFAULT_RUN.topK,
          maxTokens: DEFAULT_RUN.maxTokens,
          seed: request.seed,
          round: 0,
        },
        model: model.hash,
        condition,
        style: model.style,
        timeoutSeconds: request.timeoutSeconds,
        feedback: 'full',
      },
      {
        store,
        executor: await workbench.executor(),
        sampler: () =>
          (sampler ??=
            endpoint === undefined
              ? workbench.completionSampler(model, request.tasks)
              : workbench.endpointSampler(model)),
        countTokens: model.countTokens,
        observe: workbench.observe,
        signal: workbench.signal,
      },
    );
    const evaluation = evaluate(
      {
        round: 0,
        side: 'held-out',
        model: model.hash,
        taskIds: request.tasks.map((task) => task.id),
        seed: request.seed,
        ks: request.ks,
      },
      samples,
    );
    return { evaluation, samples, condition };
  } finally {
    await (await sampler?.catch(() => undefined))?.close();
    store.close();
  }
}
