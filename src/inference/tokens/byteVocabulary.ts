/** The tokens that may come next, while the end of a prompt is being written again. */
type Allowed = readonly number[];

/** Ends of prompts repeat: white space, brackets, the same name at the next key. */
const KEPT = 64;

/**
 * The tokens of a byte-level vocabulary, spelled in GPT-2's alphabet: one character per byte. A token may hold a part of a
 * character, so spellings are compared and not text. Special tokens have no spelling here.
 *
 * It serves token healing. A prompt gives its last piece back, and the model writes it again, perhaps as the beginning of
 * a longer token. The characters that it still has to write again are what it owes.
 */
export class ByteVocabulary {
  readonly #spellings: ReadonlyMap<number, string>;
  /** Ids by the first two characters of their spellings, or by the one that is all. */
  #byStart: Map<string, number[]> | undefined;
  readonly #allowed = new Map<string, Allowed>();
  #restricted = new Float32Array(0);

  /** @param spellings of all tokens but the special ones */
  constructor(spellings: ReadonlyMap<number, string>) {
    this.#spellings = spellings;
  }

  /** The spelling of a token. Undefined for special and unknown ones. */
  spelling(id: number): string | undefined {
    return this.#spellings.get(id);
  }

  /**
   * The logits with all tokens ruled out that do not fit to what is owed. A token fits if it begins with all of it, or is
   * a beginning of it. The array is valid until the next call.
   */
  restrict(logits: Float32Array, owed: string): Float32Array {
    if (owed === '') return logits;
    if (this.#restricted.length !== logits.length) this.#restricted = new Float32Array(logits.length);
    this.#restricted.fill(-Infinity);
    for (const id of this.allowed(owed)) {
      if (id < logits.length) this.#restricted[id] = logits[id] ?? -Infinity;
    }
    return this.#restricted;
  }

  /** What is owed after a token. */
  pay(owed: string, id: number): string {
    return owed === '' ? owed : owed.slice(this.#spellings.get(id)?.length ?? owed.length);
  }

  /** The ids that fit to what is owed, in no order. */
  allowed(owed: string): Allowed {
    const known = this.#allowed.get(owed);
    if (known !== undefined) return known;
    const allowed = [...this.#search(owed, (this.#byStart ??= this.#index()))];
    if (this.#allowed.size >= KEPT) this.#allowed.clear();
    this.#allowed.set(owed, allowed);
    return allowed;
  }

  *#search(owed: string, byStart: ReadonlyMap<string, readonly number[]>): Generator<number> {
    if (owed.length === 1) {
      for (const [start, ids] of byStart) if (start.startsWith(owed)) yield* ids;
      return;
    }
    yield* byStart.get(owed.slice(0, 1)) ?? [];
    for (const id of byStart.get(owed.slice(0, 2)) ?? []) {
      const spelling = this.#spellings.get(id) ?? '';
      if (spelling.startsWith(owed) || owed.startsWith(spelling)) yield id;
    }
  }

  #index(): Map<string, number[]> {
    const index = new Map<string, number[]>();
    for (const [id, spelling] of this.#spellings) {
      const ids = index.get(spelling.slice(0, 2));
      if (ids === undefined) index.set(spelling.slice(0, 2), [id]);
      else ids.push(id);
    }
    return index;
  }
}
