/**
 * Runs a folder of reproductions through the built command line and prints a table: case, what is expected, what came.
 *
 *     webpack --mode production
 *     node test/bench/hunt.ts [--only h,e02] [--home FOLDER] [--python PYTHON] FOLDER
 *
 * FOLDER has a folder per case. Each runs in a copy with a data folder of its own. `--only` takes beginnings of names.
 * `--home` is a data folder that holds the default model: cases that complete need it and are not run without it.
 * `--python` is an interpreter with pytest. Cases that fill a disk need root. Exits with 1 unless every case is right.
 */
import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Case, type Answer, type Reproduction } from './hunt/case.ts';
import { COMPLETIONS } from './hunt/completions.ts';
import { FOLDERS } from './hunt/folders.ts';
import { HARVESTS } from './hunt/harvests.ts';
import { PROGRAMS } from './hunt/programs.ts';

const KNOWN: Readonly<Record<string, Reproduction>> = {
  ...COMPLETIONS,
  ...FOLDERS,
  ...PROGRAMS,
  ...HARVESTS,
};

const { values, positionals } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    home: { type: 'string' },
    python: { type: 'string', default: 'python3' },
  },
  allowPositionals: true,
});
const [folder] = positionals;
if (folder === undefined) throw new Error('Name the folder that holds the cases.');
const beginnings = values.only.split(',');

const entries = await readdir(folder, { withFileTypes: true });
const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
let right = 0;
let tried = 0;
console.log('| case | expected | got | right |\n| --- | --- | --- | --- |');
for (const name of names.sort()) {
  if (!beginnings.some((beginning) => name.startsWith(beginning))) continue;
  tried += 1;
  const expected = KNOWN[name]?.expected ?? '?';
  const { got, ok } = await answerOf(name);
  if (ok) right += 1;
  console.log(`| ${name} | ${cell(expected)} | ${cell(got)} | ${ok ? 'yes' : '**no**'} |`);
}
console.log(`\n${right} of ${tried}`);
process.exitCode = right === tried ? 0 : 1;

async function answerOf(name: string): Promise<Answer> {
  const known = KNOWN[name];
  if (known === undefined) return { got: 'the script has no expectation for this case', ok: false };
  if (known.needsModel === true && values.home === undefined)
    return { got: 'not run: it needs --home', ok: false };
  const one = await Case.make(await realpath(path.join(folder ?? '', name)), {
    python: values.python,
    ...(known.needsModel === true && values.home !== undefined ? { home: path.resolve(values.home) } : {}),
  });
  try {
    return await known.run(one);
  } catch (error) {
    return { got: error instanceof Error ? error.message : String(error), ok: false };
  } finally {
    await one.remove();
  }
}

/** A text as one cell of a table. */
function cell(text: string): string {
  const line = text.trim().replaceAll('|', '\\|').replaceAll('\n', '⏎');
  return line.length > 160 ? `${line.slice(0, 160)} ...` : line;
}
