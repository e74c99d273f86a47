import type { ModelFolders, ProviderTrial } from '../protocol/completion.ts';
import type { Sampler } from '../protocol/sampling.ts';
import type { WorkerRequest } from './messages.ts';
import { WorkerClient } from './workerClient.ts';

/** Which exported model to load; `threads` 0 leaves their number to onnxruntime. */
export interface NodeSamplerOptions extends ModelFolders {
  threads: number;
}

/** How the inference process loads a model; see `load` in messages.ts. */
export type LoadOptions = Omit<WorkerRequest & { method: 'load' }, 'method'>;

/**
 * Samples with onnxruntime-node in a process of its own. Closing it, or the end of this process, ends that one.
 * @throws UserError naming the file of a folder that is incomplete or broken.
 */
export async function createNodeSampler(options: NodeSamplerOptions): Promise<Sampler> {
  const { modelFolder, onnxFolder, threads } = options;
  const { worker, runtime } = await startWorker({
    modelFolder,
    onnxFolder,
    threads,
    // Programs run while others are written.
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

/** Starts an inference process and loads a model in it; `runtime` names what runs it, with its version. */
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
