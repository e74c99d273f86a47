import { InterruptedError } from '../protocol/errors.ts';
import { Choices } from '../protocol/training.ts';
import { argmax } from './choice.ts';
import type { Engine } from './engine.ts';
import { readJson } from './modelFolder.ts';

/** How many of `total` predictions of the exported model equal those of the model before the export. */
export interface AgreementCount {
  agree: number;
  total: number;
}

/**
 * Reads the sequences of a file of Choices with an engine, `tokens` tokens at most. Counts how often its first choice is the
 * recorded one.
 * @throws UserError when the file is missing or broken, InterruptedError once `signal` is aborted.
 */
export async function countAgreement(
  engine: Pick<Engine, 'config' | 'reset' | 'read'>,
  file: string,
  tokens: number,
  signal: AbortSignal,
): Promise<AgreementCount> {
  const { sequences } = await readJson(file, Choices);
  const { vocabulary } = engine.config;
  const count: AgreementCount = { agree: 0, total: 0 };
  for (const { ids: all, top1 } of sequences) {
    if (signal.aborted) throw new InterruptedError();
    const ids = all.slice(0, tokens - count.total);
    if (ids.length === 0) break;
    engine.reset(1, ids.length);
    await engine.read(0, ids, (logits, first) => {
      for (let at = 0; at * vocabulary < logits.length; at += 1) {
        const choice = argmax(logits.subarray(at * vocabulary, (at + 1) * vocabulary));
        if (choice === top1[first + at]) count.agree += 1;
      }
    });
    count.total += ids.length;
  }
  return count;
}
