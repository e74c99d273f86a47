/**
 * Exports one model twice in one run: by the model builder as before, and by writing its weights into the graph of another
 * export. Both are compared with torch, with the numbers of tokens of then and now. Prints seconds, peak memory of the
 * process that exports, and whether the two data files are equal.
 *
 * Usage: node test/bench/exports.ts BASE_EXPORTS MODEL TEXTS OUT
 *   BASE_EXPORTS  folder with the exports `fp32` and `int8` of a model of the same shape, with weight maps
 *   MODEL         folder of the model to export
 *   TEXTS         JSON lines of TrainingExample with at least 3,000 tokens
 *   OUT           an empty folder
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { measureAgreement } from '../../src/inference/agreement.ts';
import { TrainerClient } from '../../src/training/trainerClient.ts';
import { writeExport } from '../../src/weights/writeExport.ts';
import { trainerPython } from '../support/environment.ts';

const [base = '', model = '', texts = '', out = ''] = process.argv.slice(2);
/** Of torch's choices, and of those that each precision is compared on, before and now. */
const TOKENS = { old: 3000, new: 500 };
const COMPARED = { old: { int8: 3000, fp32: 3000 }, new: { int8: 500, fp32: 100 } };
const signal = new AbortController().signal;
const rows: string[] = [];
mkdirSync(out, { recursive: true });

async function timed<T>(name: string, work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const begun = performance.now();
  const value = await work();
  const seconds = (performance.now() - begun) / 1000;
  rows.push(`${name.padEnd(44)} ${seconds.toFixed(1).padStart(8)} s`);
  console.log(rows.at(-1));
  return { value, seconds };
}

async function withTrainer<T>(work: (trainer: TrainerClient) => Promise<T>): Promise<T> {
  const trainer = new TrainerClient({ python: trainerPython(), env: process.env, signal });
  try {
    return await work(trainer);
  } finally {
    await trainer.close();
  }
}

async function check(
  side: 'old' | 'new',
  precision: 'int8' | 'fp32',
  onnxFolder: string,
  choices: string,
): Promise<number> {
  const tokens = COMPARED[side][precision];
  const { value, seconds } = await timed(`${side}: ${precision} compared on ${tokens} tokens`, () =>
    measureAgreement({ modelFolder: model, onnxFolder, threads: 0, choices, tokens }, signal),
  );
  console.log(`   ${value.agree} of ${value.total} choices are torch's`);
  return seconds;
}

async function choicesOf(side: 'old' | 'new'): Promise<{ file: string; seconds: number }> {
  const { value, seconds } = await timed(`${side}: torch's choices on ${TOKENS[side]} tokens`, () =>
    withTrainer((trainer) => trainer.choices({ model, texts, threads: 0, maxTokens: TOKENS[side] })),
  );
  const file = path.join(out, `${side}.choices.json`);
  writeFileSync(file, JSON.stringify(value));
  return { file, seconds };
}

async function digest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path.join(folder, 'model.onnx.data')))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const choices = { old: await choicesOf('old'), new: await choicesOf('new') };
// The trainer of then asked torch once per precision.
const totals = { old: 2 * choices.old.seconds, new: choices.new.seconds };
for (const precision of ['int8', 'fp32'] as const) {
  const folders = { old: path.join(out, `old-${precision}`), new: path.join(out, `new-${precision}`) };
  const written = await timed(`new: ${precision} written`, () =>
    writeExport({ model, like: path.join(base, precision), out: folders.new, without: [], signal }),
  );
  const built = await timed(`old: ${precision} built`, () =>
    withTrainer((trainer) => trainer.export({ model, out: folders.old, precision })),
  );
  totals.new += written.seconds + (await check('new', precision, folders.new, choices.new.file));
  totals.old += built.seconds + (await check('old', precision, folders.old, choices.old.file));
  const [a, b] = [await digest(folders.new), await digest(folders.old)];
  console.log(
    `   data files: ${a === b ? 'equal' : 'DIFFERENT'}; building / writing ${(built.seconds / written.seconds).toFixed(1)}`,
  );
}
console.log(
  `both precisions: old ${totals.old.toFixed(0)} s, new ${totals.new.toFixed(0)} s, ratio ${(totals.old / totals.new).toFixed(1)}`,
);
console.log(
  `peak memory of this process, which writes: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
);
