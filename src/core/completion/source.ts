/**
 * Python source while the user types, which seldom parses. Strings and comments are found by their quotes, blocks by
 * their indentation. A full parse costs more and fails at an open bracket.
 */

/** A comment, or a string with its quotes. An open string ends with its line; a triple-quoted one with the text. */
const LITERAL =
  /#[^\n]*|("""|''')(?:\\[^]|(?!\1)[^])*(?:\1|$)|"(?:[^"\\\n]|\\[^])*(?:"|$|(?=\n))|'(?:[^'\\\n]|\\[^])*(?:'|$|(?=\n))/g;

export type Inside = 'code' | 'comment' | 'string';

/** A text with blanked comments and strings: same length, same lines. */
export interface Masked {
  text: string;
  /** What the end of the text is in. */
  end: Inside;
  /** The quotes that would close an open string at the end. */
  quotes: string | undefined;
}

/** Blanks comments and the contents of strings. The quotes stay, so that a string still counts as a value. */
export function mask(source: string): Masked {
  const parts: string[] = [];
  let from = 0;
  let end: Inside = 'code';
  let quotes: string | undefined;
  for (const match of source.matchAll(LITERAL)) {
    const literal = match[0];
    const after = match.index + literal.length;
    const comment = literal.startsWith('#');
    const quote = match[1] ?? literal.slice(0, 1);
    const closed = !comment && isClosed(literal, quote);
    parts.push(source.slice(from, match.index));
    if (comment) parts.push(blank(literal));
    else if (closed) parts.push(quote, blank(literal.slice(quote.length, -quote.length)), quote);
    else parts.push(quote, blank(literal.slice(quote.length)));
    from = after;
    if (after === source.length && !closed) {
      end = comment ? 'comment' : 'string';
      quotes = comment ? undefined : quote;
    }
  }
  parts.push(source.slice(from));
  return { text: parts.join(''), end, quotes };
}

/** Offset in `rest` after the end of a string that is open at its start. */
export function endOfOpenString(rest: string, quotes: string): number {
  const closing = quotes.length === 3 ? rest.indexOf(quotes) : rest.search(new RegExp(`${quotes}|\\n`));
  if (closing === -1) return rest.length;
  return closing + (rest.startsWith(quotes, closing) ? quotes.length : 0);
}

/** White space at the start of a line. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Width of white space in columns. A tab advances to the next multiple of 8, as in Python. */
export function columns(indent: string): number {
  let width = 0;
  for (const character of indent) width = character === '\t' ? (Math.floor(width / 8) + 1) * 8 : width + 1;
  return width;
}

/** One indentation step of a text; 4 spaces where it has none. */
export function indentUnit(source: string): string {
  const first = /:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*\n)*([ \t]+)\S/.exec(source)?.[1];
  if (first === undefined) return '    ';
  return first.startsWith('\t')
    ? '\t'
    : first.length % 4 === 0
      ? '    '
      : first.length % 2 === 0
        ? '  '
        : first;
}

/** Offset after the colon of a `def` or `class` header that starts at `from`. Undefined while the header is open. */
export function headerEnd(masked: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < masked.length; at += 1) {
    const character = masked[at];
    if (character === '(' || character === '[' || character === '{') depth += 1;
    else if (character === ')' || character === ']' || character === '}') depth -= 1;
    else if (character === ':' && depth === 0) return at + 1;
    else if (character === '\n' && depth === 0 && masked[at - 1] !== '\\') return undefined;
  }
  return undefined;
}

function isClosed(literal: string, quote: string): boolean {
  if (literal.length < 2 * quote.length || !literal.endsWith(quote)) return false;
  const inner = literal.slice(quote.length, -quote.length);
  return (/\\*$/.exec(inner)?.[0].length ?? 0) % 2 === 0;
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}
