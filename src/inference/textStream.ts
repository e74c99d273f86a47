import type { SegmentTokenizer } from './tokenizer.ts';

const INCOMPLETE = '\uFFFD';
/** A token's text may depend on what stands before it (leading spaces, joined bytes): so many tokens of it are decoded along. */
const CONTEXT = 4;

/** The text of tokens that follow a prompt, without ever showing half a character. */
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

  /** Takes a token; true when `text` has grown, which waits until a character of several tokens is whole. */
  push(token: number): boolean {
    this.#ids.push(token);
    const window = this.#decode(this.#ids.slice(this.#start));
    if (window.length <= this.#shown.length || window.endsWith(INCOMPLETE)) return false;
    this.#show(window);
    return true;
  }

  /** Adds what was held back, broken characters included. */
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
