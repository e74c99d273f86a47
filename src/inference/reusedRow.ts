import type { GraphConfig } from './genaiConfig.ts';
import type { CacheTensors, Graph } from './graph.ts';

/** The buffers grow by at least this many token positions. */
const GROWTH = 256;

/**
 * One row over a graph that keeps its keys and values from one prompt to the next, in its own buffers. If a prompt begins
 * like the last one, only the rest is read.
 */
export class ReusedRow {
  readonly config: GraphConfig;
  readonly #graph: Graph;
  #memory: Float32Array[];
  #tensors: CacheTensors = [];
  #capacity = 0;
  /** Tokens whose keys and values are in the buffers. */
  #tokens: number[] = [];
  #logits = new Float32Array(0);

  constructor(graph: Graph) {
    this.config = graph.config;
    this.#graph = graph;
    this.#memory = graph.config.caches.map(() => new Float32Array(0));
  }

  /** Number of tokens in the row. */
  get length(): number {
    return this.#tokens.length;
  }

  /**
   * Forgets the tokens that differ from a prompt, and always the prompt's last one. Returns how many of the prompt's tokens
   * the row still holds.
   */
  reuse(prompt: readonly number[]): number {
    const most = Math.min(this.#tokens.length, prompt.length - 1);
    let same = 0;
    while (same < most && this.#tokens[same] === prompt[same]) same += 1;
    this.truncate(same);
    return same;
  }

  /** Forgets all but the first `length` tokens. */
  truncate(length: number): void {
    this.#tokens.length = Math.min(length, this.#tokens.length);
  }

  /**
   * Appends tokens in one run. Returns the logits after each of the last `wanted` tokens, per token an array of `vocabulary`
   * numbers, which are valid until the next call. A token is never read alone: for a single vector onnxruntime uses another
   * algorithm, which rounds differently. So the result does not depend on how a text is cut into runs. The context must have
   * room for one more token after the text.
   */
  async read(tokens: readonly number[], wanted: number): Promise<Float32Array[]> {
    const { vocabulary } = this.config;
    const [read, computed] = tokens.length === 1 ? [[...tokens, ...tokens], 2] : [tokens, wanted];
    const length = this.#tokens.length + read.length;
    if (length > this.#capacity) this.#grow(length);
    if (this.#logits.length < computed * vocabulary) this.#logits = new Float32Array(computed * vocabulary);
    const mask = new BigInt64Array(length).fill(1n);
    const logits = await this.#graph.run(1, read, mask, this.#tensors, computed, this.#logits);
    this.#tokens.push(...tokens);
    return Array.from({ length: wanted }, (_, at) => logits.subarray(at * vocabulary, (at + 1) * vocabulary));
  }

  #grow(length: number): void {
    const { heads, headSize } = this.config;
    const capacity = Math.ceil(length / GROWTH) * GROWTH;
    const [from, to] = [this.#capacity * headSize, capacity * headSize];
    const used = this.#tokens.length * headSize;
    this.#memory = this.#memory.map((old) => {
      const grown = new Float32Array(heads * to);
      for (let head = 0; head < heads; head += 1) {
        grown.set(old.subarray(head * from, head * from + used), head * to);
      }
      return grown;
    });
    this.#capacity = capacity;
    this.#tensors = this.#graph.caches(this.#memory, 1, capacity);
  }
}
