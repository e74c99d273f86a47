import type { SegmentTokenizer } from './tokenizer.ts';

const INCOMPLETE = '\uFFFD';
/** A token's text may depend on the tokens before it (leading spaces, joined bytes). This many of them are decoded with it. */
const CONTEXT = 4;

/** The text of the tokens that follow a prompt. It never holds a part of a character. */
export class TextStream {
  text = '';
  readonly #decode: SegmentTokenizer['decode'];
  readonly #ids: number[];
  #start = 0;
  #read: number;
  #shown: string;

  constructor(decode: SegmentTokenizer['decode'], prompt: readonly number[]) {
    this.#decode = decode;
    this.#ids = prompt.slice(-CONTEXT);
    this.#read = this.#ids.length;
    this.#shown = decode(this.#ids);
  }

  /** Appends a token. True if `text` has grown: a character of several tokens only appears when it is whole. */
  push(token: number): boolean {
    this.#ids.push(token);
    const window = this.#decode(this.#ids.slice(this.#start));
    if (window.length <= this.#shown.length || window.endsWith(INCOMPLETE)) return false;
    this.#show(window);
    return true;
  }

  /** Adds the rest of the text, with broken characters. */
  flush(): void {
    const window = this.#decode(this.#ids.slice(this.#start));
    if (window.length > this.#shown.length) this.#show(window);
  }

  #show(window: string): void {
    this.text += window.slice(this.#shown.length);
    this.#start = this.#read;
    this.#read = this.#ids.length;
    this.#shown = this.#decode(this.#ids.slice(this.#start));
  }
}
