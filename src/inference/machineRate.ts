import type { ProductRate } from './productRate.ts';
import { WorkerClient } from './workerClient.ts';

/** Measures the processor in a process of its own, for about a second (productRate.ts). */
export async function measureMachineRate(signal?: AbortSignal): Promise<ProductRate> {
  const worker = new WorkerClient();
  try {
    for await (const message of worker.request({ method: 'rate' }, signal)) {
      if (message.event === 'rate') return { gflops: message.gflops, gigabytes: message.gigabytes };
    }
    throw new Error('the inference process gave no rate');
  } finally {
    await worker.close();
  }
}
