import { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError } from '../protocol/errors.ts';
import { remakeExport } from './modelFolder.ts';
import { readGraphConfig, type GraphConfig } from './genaiConfig.ts';

export interface GraphOptions {
  /** Number of threads; with 0, onnxruntime chooses it. */
  threads: number;
  /** Threads wait busily while a step runs. This is faster, but takes the cores from other processes. */
  spinning: boolean;
  provider: string;
}

/** Keys and values of rows: one float32 tensor `[rows, heads, capacity, headSize]` per cache. */
export type CacheTensors = readonly Tensor[];

/** What the trainer adds to the graphs that it exports (python/leti_trainer/models/graph_edit.py). */
const ADDED = { firstLogits: 'leti.first_logits', done: 'leti.done' } as const;
/** Beginning of onnxruntime-node's error for an output that it cannot convert. */
const NOT_CONVERTED = 'Non tensor type';

/** A graph of the model builder, loaded once and run for any number of rows. */
export class Graph {
  readonly config: GraphConfig;
  readonly provider: string;
  readonly #session: InferenceSession;
  /** Whether the graph has the additions. Older exports and some architectures run without them, slower. */
  readonly #edited: boolean;

  private constructor(config: GraphConfig, session: InferenceSession, provider: string) {
    this.config = config;
    this.#session = session;
    this.provider = provider;
    this.#edited = session.inputNames.includes(ADDED.firstLogits);
  }

  /** Loads an exported folder. Throws a UserError if it cannot be loaded. */
  static async load(folder: string, options: GraphOptions): Promise<Graph> {
    const config = await readGraphConfig(folder);
    try {
      const session = await InferenceSession.create(config.graph, {
        intraOpNumThreads: options.threads,
        executionProviders: [...new Set([options.provider, 'cpu'])],
        extra: {
          session: {
            intra_op: { allow_spinning: options.spinning ? '1' : '0' },
            // Threads never wait busily between two runs.
            force_spinning_stop: '1',
          },
        },
      });
      return new Graph(config, session, options.provider);
    } catch (error) {
      throw new UserError(
        `The exported model ${config.graph} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
        remakeExport(folder),
        1,
        { cause: error },
      );
    }
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  /** Wraps one array per cache, for `run`. */
  caches(arrays: readonly Float32Array[], rows: number, capacity: number): CacheTensors {
    const { heads, headSize } = this.config;
    return arrays.map((array) => new Tensor('float32', array, [rows, heads, capacity, headSize]));
  }

  /**
   * Appends `tokens`, row by row and the same number to each row. Writes their keys and values in place into `caches`. `mask`
   * is the attention mask `[rows, longest length]`. Returns the logits after the last `wanted` tokens of each row,
   * `[rows, wanted, vocabulary]` as one array. Uses `memory` if it is large enough, else a fresh array.
   */
  async run(
    rows: number,
    tokens: readonly number[],
    mask: BigInt64Array,
    caches: CacheTensors,
    wanted: number,
    memory: Float32Array,
  ): Promise<Float32Array> {
    const { vocabulary } = this.config;
    const length = tokens.length / rows;
    const computed = this.#edited ? wanted : length;
    const size = rows * computed * vocabulary;
    const logits = memory.length < size ? new Float32Array(size) : memory.subarray(0, size);
    const ids = BigInt64Array.from(tokens, (token) => BigInt(token));
    const feeds: Record<string, Tensor> = {
      input_ids: new Tensor('int64', ids, [rows, length]),
      attention_mask: new Tensor('int64', mask, [rows, mask.length / rows]),
    };
    const fetches: Record<string, Tensor | null> = {
      logits: new Tensor('float32', logits, [rows, computed, vocabulary]),
    };
    if (this.#edited) {
      feeds[ADDED.firstLogits] = new Tensor('int64', BigInt64Array.of(BigInt(length - wanted)), [1]);
      fetches[ADDED.done] = null;
    }
    for (const [index, { past, present }] of this.config.caches.entries()) {
      const tensor = caches[index];
      if (tensor === undefined) throw new RangeError(`the model has no cache ${index}`);
      feeds[past] = tensor;
      fetches[present] = tensor;
    }
    await this.#runInPlace(feeds, fetches);
    return computed === wanted ? logits : lastOfEachRow(logits, rows, length, wanted, vocabulary);
  }

  /**
   * After a run, onnxruntime-node copies each output into a fresh array, even outputs in our own arrays. For the default
   * model this is 10 MB per step at 200 tokens. It begins with the first output. The first output of an edited graph is a
   * sequence, which it refuses to convert, so it copies nothing. If a version converts it, all outputs are copied as before.
   */
  async #runInPlace(feeds: Record<string, Tensor>, fetches: Record<string, Tensor | null>): Promise<void> {
    try {
      await this.#session.run(feeds, fetches);
    } catch (error) {
      if (!this.#edited || !(error instanceof Error) || !error.message.startsWith(NOT_CONVERTED)) throw error;
    }
  }
}

function lastOfEachRow(
  logits: Float32Array,
  rows: number,
  length: number,
  wanted: number,
  vocabulary: number,
): Float32Array {
  const last = new Float32Array(rows * wanted * vocabulary);
  for (let row = 0; row < rows; row += 1) {
    const end = (row + 1) * length * vocabulary;
    last.set(logits.subarray(end - wanted * vocabulary, end), row * wanted * vocabulary);
  }
  return last;
}
