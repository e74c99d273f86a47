import type { EncodedPrompt, SegmentTokenizer } from './tokenizer.ts';

const INCOMPLETE = '\uFFFD';
/** A token's text may depend on the tokens before it (leading spaces, joined bytes). This many of them are decoded with it. */
const CONTEXT = 4;

/**
 * The text of the tokens that follow a prompt. It never holds a part of a character. What the prompt gave back is written
 * again first and is left out.
 */
export class TextStream {
  text = '';
  readonly #decode: SegmentTokenizer['decode'];
  readonly #ids: number[];
  #start = 0;
  #read: number;
  #shown: string;
  /** Characters of the given-back text that were not written again yet. */
  #missing: number;

  constructor(decode: SegmentTokenizer['decode'], { ids, given }: Pick<EncodedPrompt, 'ids' | 'given'>) {
    this.#decode = decode;
    this.#missing = given.length;
    this.#ids = ids.slice(-CONTEXT);
    this.#read = this.#ids.length;
    this.#shown = decode(this.#ids);
  }

  /** Appends a token. True if `text` has grown: a character of several tokens only appears when it is whole. */
  push(token: number): boolean {
    this.#ids.push(token);
    const window = this.#decode(this.#ids.slice(this.#start));
    if (window.length <= this.#shown.length || window.endsWith(INCOMPLETE)) return false;
    return this.#show(window);
  }

  /** Adds the rest of the text, with broken characters. */
  flush(): void {
    const window = this.#decode(this.#ids.slice(this.#start));
    if (window.length > this.#shown.length) this.#show(window);
  }

  #show(window: string): boolean {
    const piece = window.slice(this.#shown.length);
    this.text += piece.slice(this.#missing);
    const grown = piece.length > this.#missing;
    this.#missing = Math.max(0, this.#missing - piece.length);
    this.#start = this.#read;
    this.#read = this.#ids.length;
    this.#shown = this.#decode(this.#ids.slice(this.#start));
    return grown;
  }
}
