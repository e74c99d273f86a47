/**
 * How often a prompt that is cut at a random place is continued as the uncut text is, with healing and without:
 *
 *     node test/bench/healing.ts MODEL_FOLDER EXPORT_FOLDER [CUTS_PER_FILE]
 *
 * The texts are this repository's own Python files. See docs/results/prompts.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrapMean } from '../../src/core/evaluation/statistics.ts';
import { root } from '../support/environment.ts';
import { compareCuts, sameText, type Cut } from '../support/promptCuts.ts';

/** Characters of a file that are shown, and those before the first cut. */
const SHOWN = 1200;
const FIRST = 400;

const [modelFolder = '', onnxFolder = '', cutsPerFile = '6'] = process.argv.slice(2);
const texts = readdirSync(path.join(root, 'python'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.py'))
  .sort()
  .map((name) => readFileSync(path.join(root, 'python', name), 'utf8').slice(0, SHOWN))
  .filter((text) => text.length === SHOWN)
  .map((text) => ({ frame: '', text, from: FIRST }));
const cuts = await compareCuts(texts, {
  modelFolder,
  onnxFolder,
  ...{ cuts: Number(cutsPerFile), seed: 1, threads: 2, tokens: 8 },
});

/** What stands before a cut. */
const KINDS: Record<string, RegExp> = {
  'a bracket': /[([{]$/,
  'a dot': /\.$/,
  'a quote': /["']$/,
  'a line break with or without indentation': /\n[ \t]*$/,
  'other white space': /[ \t]$/,
  'a letter or digit': /\w$/,
  'anything else': /(?:)$/,
};
const kindOf = ({ before }: Cut): string =>
  Object.keys(KINDS).find((kind) => KINDS[kind]?.test(before)) ?? '';

console.log(
  `${texts.length} files, ${cuts.length} cuts where the model itself writes the text up to the cut`,
);
const rows = [
  ['all', cuts] as const,
  ['of them where it writes what is given back', cuts.filter(({ own }) => own)] as const,
  ['of them where it does not', cuts.filter(({ own }) => !own)] as const,
  ...Map.groupBy(cuts, kindOf),
];
for (const [kind, some] of rows) {
  console.log(`| ${kind} | ${some.length} | ${share(some, 'healed')} | ${share(some, 'plain')} |`);
}
for (const { own, before, expected, healed } of cuts.filter((cut) => !sameText(cut.expected, cut.healed))) {
  console.log(JSON.stringify({ own, before, expected, healed }));
}

function share(some: readonly Cut[], which: 'healed' | 'plain'): string {
  const same = some.map((cut) => Number(sameText(cut.expected, cut[which])));
  const { low, high } = bootstrapMean(same, 1) ?? { low: 0, high: 1 };
  return `${same.reduce((sum, one) => sum + one, 0)} (${percent(low)} to ${percent(high)})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
