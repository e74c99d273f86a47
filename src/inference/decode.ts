import { uniform } from '../core/random.ts';
import { InterruptedError } from '../protocol/errors.ts';
import type { GeneratedText, SampleBatch, SampleItem } from '../protocol/sampling.ts';
import type { Owed } from './tokens/byteVocabulary.ts';
import { choose } from './choice.ts';
import type { Engine } from './engine.ts';
import { TextStream } from './tokens/textStream.ts';
import type { SegmentTokenizer } from './tokens/tokenizer.ts';

/** The part of an engine that the decode loop uses. */
export type DecodeEngine = Pick<Engine, 'config' | 'start' | 'join' | 'step' | 'keep'>;

interface Row {
  /** Place in the batch: rows that finish together are emitted in this order. */
  order: number;
  item: SampleItem;
  prompt: number;
  /** The prompt's last token, which the first step reads. */
  last: number;
  sample: number;
  stop: RegExp;
  stream: TextStream;
  /** What of its prompt the row still has to write again. */
  owed: Owed;
  /** Tokens chosen so far, the one that ends the row included. */
  position: number;
  tokens: number;
}

/** The rows of one prompt, which start together. */
interface Waiting {
  ids: number[];
  rows: Row[];
}

/**
 * Decodes a batch to its end. Gives each program to `emit` as soon as it is finished; its row then leaves. The next prompt
 * joins when the free rows hold all of its programs, in the order of the batch. A prompt that leaves no room in the model's
 * context gets empty programs. The tokens that write the end of a prompt again count as others do: in the limit, in
 * `tokens`, and as positions in the names of random numbers.
 * @throws InterruptedError between two tokens once `signal` is aborted.
 */
export async function decodeBatch(
  engine: DecodeEngine,
  tokenizer: SegmentTokenizer,
  endIds: ReadonlySet<number>,
  batch: SampleBatch,
  emit: (program: GeneratedText) => void,
  signal: AbortSignal,
): Promise<void> {
  const { settings } = batch;
  const context = engine.config.contextLength;
  const waiting = waitingRows(batch, tokenizer, context, emit);
  let rows: Row[] = [];
  let tokens: number[] = [];
  while (rows.length > 0 || waiting.length > 0) {
    if (signal.aborted) throw new InterruptedError();
    const joining = takeFitting(waiting, rows.length, batch.rows);
    if (joining.length > 0) {
      const prompts = joining.map(({ ids }) => ids);
      const counts = joining.map((group) => group.rows.length);
      await (rows.length === 0
        ? engine.start(prompts, counts, signal)
        : engine.join(prompts, counts, signal));
      const added = joining.flatMap((group) => group.rows);
      rows = [...rows, ...added];
      tokens = [...tokens, ...added.map(({ last }) => last)];
    }
    const logits = await engine.step(tokens);
    tokens = rows.map((row, slot) => {
      const random = uniform(settings.seed, settings.round, row.item.key, row.sample, row.position);
      const fitting = tokenizer.vocabulary.restrict(logits[slot] ?? new Float32Array(0), row.owed);
      const token = choose(fitting, settings, random);
      row.position += 1;
      row.owed = tokenizer.vocabulary.pay(row.owed, token);
      return token;
    });
    const finishes = rows.map((row, slot) => {
      const room = Math.min(settings.maxTokens, context - row.prompt);
      return finishOf(row, tokens[slot] ?? 0, endIds, room);
    });
    const done = rows.filter((_, slot) => finishes[slot] !== undefined);
    if (done.length === 0) continue;
    const finishOfRow = new Map(rows.map((row, slot) => [row, finishes[slot]]));
    for (const row of done.sort((a, b) => a.order - b.order)) {
      row.stream.flush();
      const { item, sample, stream } = row;
      emit({
        key: item.key,
        sample,
        text: stream.text,
        tokens: row.tokens,
        finish: finishOfRow.get(row) ?? 'length',
      });
    }
    const slots = closeGaps(finishes.map((finish) => finish === undefined));
    engine.keep(slots);
    rows = slots.flatMap((slot) => rows[slot] ?? []);
    tokens = slots.map((slot) => tokens[slot] ?? 0);
  }
}

/** The rows of all prompts. Prompts that leave no room in the context are done at once. */
function waitingRows(
  { items }: SampleBatch,
  tokenizer: SegmentTokenizer,
  context: number,
  emit: (program: GeneratedText) => void,
): Waiting[] {
  let order = 0;
  return items.flatMap((item) => {
    const { ids, owed, given } = tokenizer.encodePrompt(item.prompt);
    if (ids.length === 0 || ids.length >= context) {
      for (let sample = 0; sample < item.samples; sample += 1) {
        emit({ key: item.key, sample, text: '', tokens: 0, finish: 'length' });
      }
      return [];
    }
    const rows = Array.from({ length: item.samples }, (_, sample) => ({
      order: order++,
      item,
      prompt: ids.length,
      last: ids.at(-1) ?? 0,
      sample,
      stop: new RegExp(item.stop),
      stream: new TextStream((some) => tokenizer.decode(some), { ids, given }),
      owed,
      position: 0,
      tokens: 0,
    }));
    return [{ ids, rows }];
  });
}

/** Takes the next prompts while `most` rows hold them with those that are there. A prompt with more rows starts alone. */
function takeFitting(waiting: Waiting[], there: number, most: number): Waiting[] {
  let rows = there;
  let count = 0;
  for (const group of waiting) {
    if (rows > 0 && rows + group.rows.length > most) break;
    rows += group.rows.length;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** Appends a token to a row. Returns the reason if the row ends with it, else undefined. */
function finishOf(
  row: Row,
  token: number,
  endIds: ReadonlySet<number>,
  room: number,
): GeneratedText['finish'] | undefined {
  if (endIds.has(token)) return 'end';
  row.tokens += 1;
  if (row.stream.push(token) && row.stop.test(row.stream.text)) return 'stop';
  return row.tokens >= room ? 'length' : undefined;
}

/** The slots of the active rows. The last ones move into the gaps, so that few rows move. */
function closeGaps(active: readonly boolean[]): number[] {
  const slots = active.flatMap((is, slot) => (is ? [slot] : []));
  const count = slots.length;
  const movers = slots.filter((slot) => slot >= count);
  return Array.from({ length: count }, (_, slot) =>
    active[slot] === true ? slot : (movers.shift() ?? slot),
  );
}
