import { argmax } from '../choice.ts';

/**
 * What a row still has to write again of its prompt's end: the spellings of the tokens that were given back. Empty where
 * nothing is owed.
 */
export type Owed = readonly string[];

/** The ids that fit to what is owed, in no order. */
interface Fitting {
  always: readonly number[];
  /** Beginnings of what is owed that fit only as the model's first choice. */
  wanted: ReadonlySet<number>;
}

/** Ends of prompts repeat: white space, brackets, the same name at the next key. */
const KEPT = 64;
/** Only white space, in the alphabet of byte-level vocabularies. */
export const WHITE_SPACE = /^[\u0109\u010a\u010d\u0120]+$/;

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
  readonly #fitting = new Map<string, Fitting>();
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
   * The logits with all tokens ruled out that do not fit to what is owed. A token fits if it begins with all of it. A mere
   * beginning fits if it was given back as such, or if it is the model's first choice. Other beginnings are likely for the
   * sake of texts that are not owed. The array is valid until the next call.
   */
  restrict(logits: Float32Array, owed: Owed): Float32Array {
    if (owed.length === 0) return logits;
    if (this.#restricted.length !== logits.length) this.#restricted = new Float32Array(logits.length);
    this.#restricted.fill(-Infinity);
    const { always, wanted } = this.fitting(owed);
    for (const id of always) {
      if (id < logits.length) this.#restricted[id] = logits[id] ?? -Infinity;
    }
    const best = argmax(logits);
    if (wanted.has(best)) this.#restricted[best] = logits[best] ?? -Infinity;
    return this.#restricted;
  }

  /** What is owed after a token. */
  pay(owed: Owed, id: number): Owed {
    const spelling = this.#spellings.get(id);
    if (spelling === undefined || spelling === owed[0]) return owed.slice(1);
    const rest = owed.join('').slice(spelling.length);
    return rest === '' ? [] : [rest];
  }

  /** The ids that fit to what is owed. */
  fitting(owed: Owed): Fitting {
    const key = owed.join(' ');
    const known = this.#fitting.get(key);
    if (known !== undefined) return known;
    const whole = owed.join('');
    const longer: number[] = [];
    const beginnings: number[] = [];
    for (const id of this.#search(whole, (this.#byStart ??= this.#index()))) {
      (this.#begins(id, whole) ? longer : beginnings).push(id);
    }
    // White space is cut by what follows it, so each beginning of it is as good as another.
    const all = longer.length === 0 || WHITE_SPACE.test(whole);
    const always = beginnings.filter((id) => all || this.#spellings.get(id) === owed[0]);
    const fitting = { always: [...longer, ...always], wanted: new Set(beginnings) };
    if (this.#fitting.size >= KEPT) this.#fitting.clear();
    this.#fitting.set(key, fitting);
    return fitting;
  }

  #begins(id: number, owed: string): boolean {
    return this.#spellings.get(id)?.startsWith(owed) === true;
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
