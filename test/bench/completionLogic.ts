import { readFileSync } from 'node:fs';
import { CompletionCache } from '../../src/core/completion/cache.ts';
import { completionContext, DEFAULT_CONTEXT } from '../../src/core/completion/context.ts';
import { chooseLineOrBlock } from '../../src/core/completion/lineOrBlock.ts';
import { finishCompletion } from '../../src/core/completion/finish.ts';
import { completionPrompt } from '../../src/core/completion/prompt.ts';
import { digest } from '../../src/process/digest.ts';
import { chatStyle } from '../support/tasks.ts';

/**
 * What completing costs outside the model, in milliseconds: `node test/bench/completionLogic.ts FILE [LINES]`.
 * At 200 places spread over the first LINES (2000) of a Python file: context, prompt, and making an answer fit; and a hit
 * of the cache.
 */
const [file, count = '2000'] = process.argv.slice(2);
if (file === undefined) throw new Error('name a Python file');
const document = readFileSync(file, 'utf8').split('\n').slice(0, Number(count)).join('\n');
const style = { ...chatStyle(), condition: 'none' as const, fill: undefined };
const answer = '\n        for value in values:\n            total += value\n        return total\n\nx = 1';
const cache = new CompletionCache(digest);
const logic: number[] = [];
const hits: number[] = [];
for (let place = 0; place < 220; place += 1) {
  const offset = document.indexOf('\n', Math.floor((document.length * (place % 200)) / 200));
  const began = performance.now();
  const context = completionContext(document, offset, { ...DEFAULT_CONTEXT, testSources: [] });
  const { omittedSpace: pending } = completionPrompt(context, style);
  finishCompletion({ text: answer, limited: false }, context, pending, chooseLineOrBlock(context));
  const done = performance.now();
  const where = { prefix: document.slice(0, offset), suffix: document.slice(offset), settings: '' };
  cache.put(where, answer);
  const asked = performance.now();
  cache.get(where);
  const known = performance.now();
  // The first ones warm the compiler up.
  if (place >= 20) {
    logic.push(done - began);
    hits.push(known - asked);
  }
}
const quantile = (values: number[], share: number): string =>
  (values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN).toFixed(2);
console.log(
  JSON.stringify({
    lines: document.split('\n').length,
    characters: document.length,
    logic: { p50: quantile(logic, 0.5), p95: quantile(logic, 0.95) },
    cacheHit: { p50: quantile(hits, 0.5), p95: quantile(hits, 0.95) },
  }),
);
