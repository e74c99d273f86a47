/**
 * Makes completions of stored raw texts: stop, filters and parser, as a completion does, without the model.
 *
 *     node test/bench/places/apply.ts --places places.jsonl --raw raw.jsonl --out shown.jsonl
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fittingText } from '../../../src/app/completion/fitting.ts';
import { completionContext } from '../../../src/core/completion/context.ts';
import { finishCompletion } from '../../../src/core/completion/finish.ts';
import { chooseLineOrBlock, stopPattern } from '../../../src/core/completion/lineOrBlock.ts';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { ParseCheck } from '../../../src/execution/parseCheck.ts';
import { Place, Raw, readLines } from './place.ts';

const LINE_TOKENS = 48;

const { values } = parseArgs({
  options: {
    places: { type: 'string' },
    raw: { type: 'string' },
    out: { type: 'string' },
    python: { type: 'string', default: 'python3' },
  },
});
if (values.places === undefined || values.raw === undefined || values.out === undefined)
  throw new Error('name --places, --raw and --out');
const places = new Map(readLines(values.places, Place).map((place) => [place.id, place]));
const parser = new ParseCheck(values.python);
const lines: string[] = [];
for (const raw of readLines(values.raw, Raw)) {
  const place = places.get(raw.id);
  if (place === undefined) throw new Error(`${raw.id} is no place of ${values.places}`);
  const began = performance.now();
  const context = completionContext(place.text, place.offset);
  const lineOrBlock = chooseLineOrBlock(context);
  const limit = lineOrBlock === 'line' ? LINE_TOKENS : DEFAULT_RUN.maxTokens;
  const written = stopped(raw, limit, new RegExp(stopPattern(context, raw.omittedSpace, lineOrBlock)));
  const finished = finishCompletion(written, context, raw.omittedSpace, lineOrBlock);
  const file = { before: place.text.slice(0, place.offset), after: place.text.slice(place.offset) };
  const found =
    'why' in finished ? finished : await fittingText(parser, file, context.around, finished.texts);
  const milliseconds = performance.now() - began;
  const text = 'text' in found ? found.text : undefined;
  const why = 'why' in found ? found.why : 'text' in found ? undefined : 'the file would not parse';
  lines.push(
    JSON.stringify({
      id: raw.id,
      lineOrBlock,
      limited: written.limited,
      used: written.text,
      text,
      why,
      milliseconds,
    }),
  );
}
await parser.close();
writeFileSync(values.out, lines.map((line) => `${line}\n`).join(''));

/** What the model would have written with the stop and the limit of a completion. */
function stopped(raw: Raw, limit: number, stop: RegExp): { text: string; limited: boolean } {
  const end = raw.ends.find(([count]) => count === limit)?.[1] ?? raw.text.length;
  const text = raw.text.slice(0, end);
  const limited = !stop.test(text) && (end < raw.text.length || !raw.ended);
  return { text, limited };
}
