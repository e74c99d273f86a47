import type { Sampler } from '../protocol/sampling.ts';
import type { Precision } from '../protocol/training.ts';
import { WorkerClient } from './workerClient.ts';

/** Which exported model to load; `threads` 0 leaves their number to onnxruntime. */
export interface NodeSamplerOptions {
  /** The model's own folder: tokenizer, end tokens. */
  modelFolder: string;
  /** The exported graph with its `genai_config.json`. */
  onnxFolder: string;
  precision: Precision;
  threads: number;
}

/**
 * Samples with onnxruntime-node in a process of its own. Closing it, or the end of this process, ends that one.
 * @throws UserError naming the file of a folder that is incomplete or broken.
 */
export async function createNodeSampler(options: NodeSamplerOptions): Promise<Sampler> {
  const { worker, runtime } = await startWorker(options);
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
  options: Omit<NodeSamplerOptions, 'precision'>,
): Promise<{ worker: WorkerClient; runtime: string }> {
  const { modelFolder, onnxFolder, threads } = options;
  const worker = new WorkerClient();
  try {
    let runtime = '';
    for await (const message of worker.request({ method: 'load', modelFolder, onnxFolder, threads })) {
      if (message.event === 'loaded') runtime = message.runtime;
    }
    return { worker, runtime };
  } catch (error) {
    await worker.close();
    throw error;
  }
}
