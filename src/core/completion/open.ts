/**
 * What is open at a place of Python code: brackets, strings, and fields of f-strings. A parser gives up at what nobody has
 * closed yet. This scanner continues, so it also works while somebody types.
 */

/** Something that waits for its end. */
export interface Open {
  kind: 'bracket' | 'string' | 'field' | 'format';
  /** The text that closes it. */
  closer: string;
  /** Whether a string has fields in braces. */
  fields: boolean;
}

/** What the scanner has just read. */
export interface Lexeme {
  /** Offsets in the scanned text. */
  start: number;
  end: number;
  kind: 'word' | 'string' | 'space' | 'newline' | 'comment' | 'opened' | 'closed' | 'stray' | 'other';
  /** Number of open things behind it. */
  depth: number;
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const WORD = /[\p{XID_Continue}]+/uy;
const STRING = /([A-Za-z]{0,2})("""|'''|"|')/y;
/** Words that begin a line only outside brackets. An open bracket above one of them was never closed. */
const STATEMENT =
  /[ \t]*(?:(?:def|class|return|import|while|with|raise|assert|del|pass|break|continue|global|nonlocal|elif|except|finally)\b|try[ \t]*:|@)/y;

/** Follows code from a state on. `open` holds what is open now, outermost first. */
export class Scanner {
  readonly open: Open[];
  /** Whether the text ends in a comment. */
  comment = false;
  /** Depth at its lowest since the start. What ends without being closed counts as open for good. */
  lowest: number;
  #lost = false;
  /** Number of closing brackets that close nothing. */
  strays = 0;

  constructor(open: readonly Open[] = []) {
    this.open = open.map((one) => ({ ...one }));
    this.lowest = open.length;
  }

  /** Reads a text and tells each lexeme. Ends early where `stop` returns true. */
  read(text: string, stop: (lexeme: Lexeme) => boolean = () => false): this {
    for (let at = 0; at < text.length;) {
      const lexeme = this.#next(text, at);
      if (!this.#lost) this.lowest = Math.min(this.lowest, this.open.length);
      if (stop(lexeme)) return this;
      if (lexeme.kind === 'newline' && this.#endsAtStatement(text, lexeme.end)) this.#forget(0);
      at = lexeme.end;
    }
    return this;
  }

  #next(text: string, at: number): Lexeme {
    const top = this.open.at(-1);
    const character = text[at] ?? '';
    const lexeme = (kind: Lexeme['kind'], length: number): Lexeme => ({
      start: at,
      end: at + length,
      kind,
      depth: this.open.length,
    });
    if (character === '\n') {
      this.comment = false;
      this.#endLine();
      return lexeme('newline', 1);
    }
    if (this.comment) return lexeme('comment', lengthUpTo(text, at, '\n'));
    if (top?.kind === 'string') return this.#inString(text, at, top, lexeme);
    if (top?.kind === 'format' && character !== '{' && character !== '}') return lexeme('string', 1);
    if (/\s/.test(character)) return lexeme('space', 1);
    if (character === '#' && !this.open.some(({ kind }) => kind === 'string')) {
      this.comment = true;
      return lexeme('comment', lengthUpTo(text, at, '\n'));
    }
    return this.#inCode(text, at, top, lexeme);
  }

  #inString(
    text: string,
    at: number,
    top: Open,
    lexeme: (kind: Lexeme['kind'], length: number) => Lexeme,
  ): Lexeme {
    if (text[at] === '\\') return lexeme('string', Math.min(2, text.length - at));
    if (text.startsWith(top.closer, at)) {
      this.open.pop();
      return lexeme('closed', top.closer.length);
    }
    if (top.fields && text[at] === '{') {
      if (text[at + 1] === '{') return lexeme('string', 2);
      this.open.push({ kind: 'field', closer: '}', fields: false });
      return lexeme('opened', 1);
    }
    return lexeme('string', 1);
  }

  #inCode(
    text: string,
    at: number,
    top: Open | undefined,
    lexeme: (kind: Lexeme['kind'], length: number) => Lexeme,
  ): Lexeme {
    const character = text[at] ?? '';
    const outer = this.open.findLastIndex(({ kind }) => kind === 'string');
    // Until Python 3.12, the quote of an f-string cannot stand in its fields.
    if (outer !== -1 && text.startsWith(this.open[outer]?.closer ?? '', at) && !beginsValue(text, at)) {
      const { closer } = this.open[outer] ?? { closer: '"' };
      this.open.length = outer;
      return lexeme('closed', closer.length);
    }
    STRING.lastIndex = at;
    const string = STRING.exec(text);
    if (string !== null) {
      const [whole, prefix = '', closer = ''] = string;
      this.open.push({ kind: 'string', closer, fields: /[fFtT]/.test(prefix) });
      return lexeme('opened', whole.length);
    }
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word !== undefined) return lexeme('word', word.length);
    const closer = CLOSERS[character];
    if (closer !== undefined) {
      this.open.push({ kind: top?.kind === 'format' ? 'field' : 'bracket', closer, fields: false });
      return lexeme('opened', 1);
    }
    if (')]}'.includes(character)) return this.#close(character, lexeme);
    if (character === ':' && top?.kind === 'field') top.kind = 'format';
    return lexeme('other', 1);
  }

  #close(character: string, lexeme: (kind: Lexeme['kind'], length: number) => Lexeme): Lexeme {
    if (this.open.at(-1)?.closer === character) {
      this.open.pop();
      return lexeme('closed', 1);
    }
    this.strays += 1;
    return lexeme('stray', 1);
  }

  /** A string in single quotes ends with its line, closed or not. */
  #endLine(): void {
    const line = this.open.findIndex(({ kind, closer }) => kind === 'string' && closer.length === 1);
    if (line !== -1) this.#forget(line);
  }

  #forget(from: number): void {
    this.open.length = from;
    this.#lost = true;
  }

  #endsAtStatement(text: string, at: number): boolean {
    if (this.open.length === 0 || this.open.some(({ kind }) => kind !== 'bracket')) return false;
    STATEMENT.lastIndex = at;
    return STATEMENT.test(text);
  }
}

/** The text that closes open things, innermost first. */
export function closing(open: readonly Open[]): string {
  return open
    .map(({ closer }) => closer)
    .toReversed()
    .join('');
}

function lengthUpTo(text: string, at: number, end: string): number {
  const found = text.indexOf(end, at);
  return (found === -1 ? text.length : found) - at;
}

/** Whether what begins here is a value: it stands behind an operator or an opening bracket. */
function beginsValue(text: string, at: number): boolean {
  return /[[({,=+%|]\s*$/.test(text.slice(Math.max(0, at - 20), at));
}
