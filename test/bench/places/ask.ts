/**
 * Asks a model at each place of a file and stores its raw texts, so that filters can be judged without the model:
 *
 *     node test/bench/places/ask.ts --places places.jsonl --model MODEL --out raw.jsonl
 *
 * The prompt is that of a completion. Nothing stops the text but its end or the limit of tokens. A place that the output
 * holds already is not asked again.
 */
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CompletionService } from '../../../src/app/completion/service.ts';
import { Workbench } from '../../../src/app/workbench.ts';
import { keyOf } from '../../../src/core/random.ts';
import { Place, Raw, readLines } from './place.ts';

/** Kinds where a completion may be a block. The others are asked for fewer tokens. */
const BLOCKS = ['header', 'body', 'rest', 'member', 'module'];
const BLOCK_TOKENS = 160;
const LINE_TOKENS = 64;
/** Places that are asked together. */
const ROWS = 16;

const { values } = parseArgs({
  options: {
    places: { type: 'string' },
    model: { type: 'string', default: 'SmolLM2-135M-Instruct' },
    out: { type: 'string' },
    every: { type: 'string', default: '1' },
  },
});
if (values.places === undefined || values.out === undefined) throw new Error('name --places and --out');
const out = values.out;
const known = new Set(existsSync(out) ? readLines(out, Raw).map(({ id }) => id) : []);
const every = Number(values.every);
// Whatever is asked by the time that it is stopped holds all kinds.
const places = readLines(values.places, Place)
  .filter(({ id }, at) => at % every === 0 && !known.has(id))
  .sort((one, other) => keyOf(one.id) - keyOf(other.id));
const workspace = mkdtempSync(path.join(os.tmpdir(), 'leti-places-'));
const { signal } = new AbortController();
const workbench = new Workbench({
  workspace,
  device: 'auto',
  interpreter: undefined,
  allowUncontained: false,
  trainerPython: process.env['LETI_TRAINER_PYTHON'],
  observe: () => undefined,
  signal,
  env: process.env,
});
const start = workbench.startCompleter;
const service = new CompletionService({
  workbench,
  start,
  model: values.model,
  prepare: true,
  onNotice: console.warn,
});
try {
  for (const [blocks, maxTokens] of [
    [false, LINE_TOKENS],
    [true, BLOCK_TOKENS],
  ] as const) {
    const some = places.filter(({ kind }) => BLOCKS.includes(kind) === blocks);
    for (let at = 0; at < some.length; at += ROWS) await ask(some.slice(at, at + ROWS), maxTokens);
  }
  console.log(`${places.length} places asked`);
} finally {
  await service.close();
  await workbench.close();
  rmSync(workspace, { recursive: true, force: true });
}

/** Asks at some places together. Greedy texts do not depend on the others. */
async function ask(some: readonly Place[], maxTokens: number): Promise<void> {
  const drafts = await Promise.all(
    some.map(async (place) => await service.draft(await service.context(place))),
  );
  const [first] = drafts;
  if (first === undefined) return;
  const { writer, countTokens } = first.used;
  const items = drafts.map(({ request: { prompt } }, key) => ({ key, prompt, stop: '(?!)', samples: 1 }));
  const settings = { temperature: 0, topP: 1, topK: 0, seed: 0, maxTokens, round: 0 };
  for await (const { key, text, tokens, finish } of writer.sample({ items, rows: ROWS, settings })) {
    const raw: Raw = {
      id: some[key]?.id ?? '',
      text,
      tokens,
      ended: finish === 'end',
      ends: [48, 64, 96].map((count) => [count, lengthAfter(text, count, countTokens)]),
      omittedSpace: drafts[key]?.prompt.omittedSpace ?? '',
    };
    appendFileSync(out, `${JSON.stringify(raw)}\n`);
  }
}

/** Length of the longest beginning of a text with at most that many tokens. */
function lengthAfter(text: string, count: number, countTokens: (text: string) => number): number {
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (countTokens(text.slice(0, middle)) <= count) low = middle;
    else high = middle - 1;
  }
  return low;
}
