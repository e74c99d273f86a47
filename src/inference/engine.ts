import { InterruptedError } from '../protocol/errors.ts';
import type { GraphConfig } from './genaiConfig.ts';
import type { CacheTensors, Graph } from './graph.ts';

/** The buffers grow by this many token positions. */
const GROWTH = 32;

/** Longest piece of a prompt that one run reads, in tokens. */
const PREFILL_TOKENS = 256;

/**
 * A batch of rows over a graph, with their keys and values. Past and present are the same buffers, so a step writes one
 * token's keys and values and copies none. Each buffer holds float32 values `[rows, heads, capacity, headSize]`. Rows of
 * different lengths are left-aligned in it. The attention operator takes each row's length from its row of the attention
 * mask, so it never reads behind a row's end.
 */
export class Engine {
  readonly config: GraphConfig;
  readonly #graph: Graph;
  readonly #whenFree: () => Promise<void>;
  /** One buffer per cache, kept between batches because fresh memory pages are slow. */
  #memory: Float32Array[];
  /** Token positions and rows that the buffers hold. */
  #capacity = 0;
  #rows = 0;
  #lengths: number[] = [];
  #logits = new Float32Array(0);
  /** The buffers as tensors, until their rows or their size change. */
  #tensors: CacheTensors | undefined;

  /** Awaits `whenFree` before each run of the graph. */
  constructor(graph: Graph, whenFree: () => Promise<void> = () => Promise.resolve()) {
    this.config = graph.config;
    this.#graph = graph;
    this.#whenFree = whenFree;
    this.#memory = graph.config.caches.map(() => new Float32Array(0));
  }

  /**
   * Starts a batch: reads every prompt once without its last token, and makes `counts[i]` rows of prompt i, in order. The
   * first `step` takes the last tokens. What was there before is dropped.
   * @throws InterruptedError between two prompts once `signal` is aborted.
   */
  async start(prompts: readonly number[][], counts: readonly number[], signal: AbortSignal): Promise<void> {
    this.#lengths = [];
    await this.join(prompts, counts, signal);
  }

  /** Does the same behind the rows that are there. */
  async join(prompts: readonly number[][], counts: readonly number[], signal: AbortSignal): Promise<void> {
    const longest = Math.max(...prompts.map((prompt) => prompt.length - 1)) + GROWTH;
    const rows = counts.reduce((sum, count) => sum + count, this.#lengths.length);
    if (this.#lengths.length === 0) this.reset(rows, longest);
    else if (rows > this.#rows || longest > this.#capacity) {
      this.#grow(Math.max(longest, this.#capacity), Math.max(rows, this.#rows));
    }
    for (const [index, prompt] of prompts.entries()) {
      if (signal.aborted) throw new InterruptedError();
      const row = this.#lengths.length;
      const length = prompt.length - 1;
      await this.read(row, prompt.slice(0, -1));
      for (let copy = 0; copy < (counts[index] ?? 0); copy += 1) {
        if (copy > 0) this.#copyRow(row, row + copy, length);
        this.#lengths.push(length);
      }
    }
  }

  /**
   * Appends one token to each row. Returns the logits after it, per row an array of `vocabulary` numbers, which are valid
   * until the next call.
   */
  async step(tokens: readonly number[]): Promise<Float32Array[]> {
    const rows = tokens.length;
    const { vocabulary } = this.config;
    this.#lengths = this.#lengths.map((length) => length + 1);
    const width = Math.max(...this.#lengths);
    if (width > this.#capacity) this.#grow(width + GROWTH, this.#rows);
    const mask = new BigInt64Array(rows * width);
    for (const [row, length] of this.#lengths.entries()) mask.fill(1n, row * width, row * width + length);
    const logits = await this.#run(0, rows, tokens, mask, 1);
    return Array.from({ length: rows }, (_, row) =>
      logits.subarray(row * vocabulary, (row + 1) * vocabulary),
    );
  }

  /** Drops rows: row i gets the content of row `slots[i]`. */
  keep(slots: readonly number[]): void {
    for (const [target, source] of slots.entries()) {
      if (target !== source) this.#copyRow(source, target, this.#lengths[source] ?? 0);
    }
    this.#lengths = slots.map((slot) => this.#lengths[slot] ?? 0);
  }

  /** Makes room for rows of up to `length` tokens. The earlier content is lost. */
  reset(rows: number, length: number): void {
    const { caches, heads, headSize } = this.config;
    const size = rows * heads * length * headSize;
    if (this.#buffer(0).length < size) this.#memory = caches.map(() => new Float32Array(size));
    this.#capacity = length;
    this.#rows = rows;
    this.#tensors = undefined;
  }

  /**
   * Reads tokens into an empty row. `onLogits` gets the logits after each token, piece by piece: `[tokens, vocabulary]` as
   * one array, and the index of the piece's first token.
   */
  async read(
    row: number,
    tokens: readonly number[],
    onLogits?: (logits: Float32Array, first: number) => void,
  ): Promise<void> {
    for (let first = 0; first < tokens.length; first += PREFILL_TOKENS) {
      const piece = tokens.slice(first, first + PREFILL_TOKENS);
      const mask = new BigInt64Array(first + piece.length).fill(1n);
      const logits = await this.#run(row, 1, piece, mask, onLogits === undefined ? 1 : piece.length);
      onLogits?.(logits, first);
    }
  }

  async #run(
    row: number,
    rows: number,
    tokens: readonly number[],
    mask: BigInt64Array,
    wanted: number,
  ): Promise<Float32Array> {
    await this.#whenFree();
    const size = rows * wanted * this.config.vocabulary;
    if (this.#logits.length < size) this.#logits = new Float32Array(size);
    return await this.#graph.run(rows, tokens, mask, this.#caches(row, rows), wanted, this.#logits);
  }

  #caches(row: number, rows: number): CacheTensors {
    if (row === 0 && this.#tensors?.[0]?.dims[0] === rows) return this.#tensors;
    const size = this.config.heads * this.#capacity * this.config.headSize;
    const parts = this.#memory.map((buffer) => buffer.subarray(row * size, (row + rows) * size));
    const tensors = this.#graph.caches(parts, rows, this.#capacity);
    if (row === 0) this.#tensors = tensors;
    return tensors;
  }

  /** Makes the buffers larger and keeps the content of the rows that are there. */
  #grow(length: number, rows: number): void {
    const { heads, headSize } = this.config;
    const [from, to] = [this.#capacity * headSize, length * headSize];
    const parts = this.#lengths.flatMap((used) => new Array<number>(heads).fill(used * headSize));
    this.#memory = this.#memory.map((old) => {
      const grown = new Float32Array(rows * heads * to);
      for (const [part, used] of parts.entries()) {
        grown.set(old.subarray(part * from, part * from + used), part * to);
      }
      return grown;
    });
    this.#capacity = length;
    this.#rows = rows;
    this.#tensors = undefined;
  }

  /** Copies the first `length` positions of a row's keys and values. */
  #copyRow(source: number, target: number, length: number): void {
    const { heads, headSize } = this.config;
    const head = this.#capacity * headSize;
    for (let index = 0; index < this.#memory.length; index += 1) {
      const buffer = this.#buffer(index);
      for (let part = 0; part < heads; part += 1) {
        const from = (source * heads + part) * head;
        buffer.copyWithin((target * heads + part) * head, from, from + length * headSize);
      }
    }
  }

  #buffer(index: number): Float32Array {
    const buffer = this.#memory[index];
    if (buffer === undefined) throw new RangeError(`the model has no cache ${index}`);
    return buffer;
  }
}
