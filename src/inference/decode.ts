import { uniform } from '../core/random.ts';
import { InterruptedError } from '../protocol/errors.ts';
import type { GeneratedText, SampleBatch, SampleItem } from '../protocol/sampling.ts';
import { choose } from './choice.ts';
import type { Engine } from './engine.ts';
import { TextStream } from './textStream.ts';
import type { SegmentTokenizer } from './tokenizer.ts';

/** The part of an engine that the decode loop uses. */
export type DecodeEngine = Pick<Engine, 'config' | 'start' | 'step' | 'keep'>;

interface Row {
  /** Place in the batch: rows that finish together are emitted in this order. */
  order: number;
  item: SampleItem;
  prompt: number;
  sample: number;
  stop: RegExp;
  stream: TextStream;
  /** What of its prompt the row still has to write again. */
  owed: string;
  tokens: number;
}

/**
 * Decodes a batch to its end. Gives each program to `emit` as soon as it is finished; its row then leaves the batch. A prompt
 * that leaves no room in the model's context gets empty programs. The tokens that write the end of a prompt again count as
 * others do: in the limit, in `tokens`, and as positions in the names of random numbers.
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
  const prompts = batch.items.map((item) => ({ item, ...tokenizer.encodePrompt(item.prompt) }));
  const fitting = prompts.filter(({ ids }) => ids.length > 0 && ids.length < context);
  for (const { item } of prompts.filter((prompt) => !fitting.includes(prompt))) {
    for (let sample = 0; sample < item.samples; sample += 1) {
      emit({ key: item.key, sample, text: '', tokens: 0, finish: 'length' });
    }
  }
  if (fitting.length === 0) return;
  let rows: Row[] = fitting
    .flatMap(({ item, ids, owed, given }) =>
      Array.from({ length: item.samples }, (_, sample) => ({
        item,
        prompt: ids.length,
        sample,
        stop: new RegExp(item.stop),
        stream: new TextStream((some) => tokenizer.decode(some), { ids, given }),
        owed,
        tokens: 0,
      })),
    )
    .map((row, order) => ({ ...row, order }));
  let tokens = fitting.flatMap(({ item, ids }) => new Array<number>(item.samples).fill(ids.at(-1) ?? 0));
  await engine.start(
    fitting.map(({ ids }) => ids),
    fitting.map(({ item }) => item.samples),
    signal,
  );
  for (let position = 0; position < settings.maxTokens; position += 1) {
    if (signal.aborted) throw new InterruptedError();
    const logits = await engine.step(tokens);
    tokens = rows.map((row, slot) => {
      const random = uniform(settings.seed, settings.round, row.item.key, row.sample, position);
      const fitting = tokenizer.vocabulary.restrict(logits[slot] ?? new Float32Array(0), row.owed);
      const token = choose(fitting, settings, random);
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
    if (done.length === rows.length) return;
    const slots = closeGaps(finishes.map((finish) => finish === undefined));
    engine.keep(slots);
    rows = slots.flatMap((slot) => rows[slot] ?? []);
    tokens = slots.map((slot) => tokens[slot] ?? 0);
  }
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
