import type { AgreementCount } from './agreementCount.ts';
import { startWorker, type NodeSamplerOptions } from './nodeSampler.ts';

/**
 * Teacher-forces the sequences of a file of Choices through the exported model, in its own process. Counts how
 * often its first choice equals that of the model before the export, after `tokens` tokens at most.
 * @throws UserError when a file is missing or broken, InterruptedError once `signal` is aborted.
 */
export async function measureAgreement(
  options: Omit<NodeSamplerOptions, 'precision'> & { choices: string; tokens: number },
  signal?: AbortSignal,
): Promise<AgreementCount> {
  const { choices: file, tokens, ...folders } = options;
  const { worker } = await startWorker({ ...folders, spinning: false, providers: [] });
  try {
    let count: AgreementCount | undefined;
    for await (const message of worker.request({ method: 'agreement', file, tokens }, signal)) {
      if (message.event === 'agreement') count = { agree: message.agree, total: message.total };
    }
    if (count === undefined) throw new Error('the inference process gave no count');
    return count;
  } finally {
    await worker.close();
  }
}
