import type { ModelFolders, ProviderTrial } from '../protocol/completion.ts';
import type { Sampler } from '../protocol/sampling.ts';
import type { WorkerRequest } from './messages.ts';
import { WorkerClient } from './workerClient.ts';

/** The exported model to load. With `threads` 0, onnxruntime chooses their number. */
export interface NodeSamplerOptions extends ModelFolders {
  threads: number;
}

/** How the inference process loads a model; see `load` in messages.ts. */
export type LoadOptions = Omit<WorkerRequest & { method: 'load' }, 'method'>;

/**
 * Samples with onnxruntime-node in its own process. That process ends when the sampler is closed or this process ends.
 * @throws UserError naming the file of a folder that is incomplete or broken.
 */
export async function createNodeSampler(options: NodeSamplerOptions): Promise<Sampler> {
  const { modelFolder, onnxFolder, threads } = options;
  const { worker, runtime } = await startWorker({
    modelFolder,
    onnxFolder,
    threads,
    // The sandbox needs cores for programs while the model writes others.
    spinning: false,
    providers: [],
  });
  return {
    engine: `${runtime} ${options.precision}`,
    async *sample(batch, signal) {
      for await (const message of worker.request({ method: 'sample', batch }, signal)) {
        if (message.event === 'program') yield message.program;
      }
    },
    close: () => worker.close(),
  };
}

/** Starts an inference process and loads a model in it. `runtime` holds the runtime's name and version. */
export async function startWorker(
  options: LoadOptions,
): Promise<{ worker: WorkerClient; runtime: string; providers: ProviderTrial[] }> {
  const worker = new WorkerClient();
  try {
    for await (const message of worker.request({ method: 'load', ...options })) {
      if (message.event === 'loaded') return { worker, ...message };
    }
    throw new Error('the inference process did not say what it loaded');
  } catch (error) {
    await worker.close();
    throw error;
  }
}
