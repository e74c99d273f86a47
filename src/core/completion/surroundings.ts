import { closing, Scanner, type Open } from './open.ts';
import { columns } from './source.ts';

/** What must stay sound around a completion. All texts have `\n` line ends. */
export interface Surroundings {
  /** The statement of the module around the cursor: its text before the cursor and after it. */
  before: string;
  after: string;
  /** What is open at the cursor, outermost first. */
  open: Open[];
  /** How many of these, counted from inside, the text after the cursor closes. */
  closed: number;
  /** Number of closing brackets behind the cursor, on its line, that close nothing. */
  strays: number;
}

/** A docstring at the end of a text, with the colon before it. */
const DOCSTRING =
  /:[ \t]*(?:#[^\n]*)?\n\s*[rRuU]?(?:"""(?:(?!""")[^])*"""|'''(?:(?!''')[^])*'''|"[^"\n]*"|'[^'\n]*')$/;
/** How far up a header is looked for. */
const MOST_CHARACTERS = 6000;
/** A line of a module that begins a statement, and is no clause and no closing bracket. */
const BEGINS = /^(?![)\]}]|(?:elif|else|except|finally)\b)\S/;

/**
 * The surroundings of an offset. `masked` is the document with blanked comments and strings.
 * A half-typed statement elsewhere in the file is not part of them.
 */
export function surroundingsOf(document: string, masked: string, offset: number): Surroundings {
  const start = statementStart(masked, offset);
  const end = statementEnd(masked, offset);
  const [before, after] = [document.slice(start, offset), document.slice(offset, end)];
  const { open } = new Scanner().read(before);
  const lineAfter = after.slice(0, lineLength(after));
  return {
    before,
    after,
    open,
    closed: open.length - new Scanner(open).read(after).lowest,
    strays: new Scanner(open).read(lineAfter).strays,
  };
}

/**
 * The code after a completion, with what nobody has closed yet closed at the end of the cursor's line.
 * So a text can be checked while its statement is still being typed.
 */
export function closedAfter({ open, after }: Surroundings, text: string): string {
  const scanner = new Scanner(open).read(text);
  const behind = new Scanner(scanner.open).read(after);
  const line = lineLength(after);
  // In a comment, closing brackets would close nothing.
  const missing = scanner.comment ? '' : closing(scanner.open.slice(0, behind.lowest));
  return after.slice(0, line) + missing + after.slice(line);
}

function statementStart(masked: string, offset: number): number {
  let start = masked.lastIndexOf('\n', offset - 1) + 1;
  // Of the cursor's line, only what is before the cursor counts.
  while (start > 0 && !BEGINS.test(masked.slice(start, Math.max(offset, start))))
    start = lineAbove(masked, start);
  while (start > 0 && masked[lineAbove(masked, start)] === '@') start = lineAbove(masked, start);
  return start;
}

function statementEnd(masked: string, offset: number): number {
  let decorated = masked.slice(masked.lastIndexOf('\n', offset - 1) + 1, offset).startsWith('@');
  for (let at = masked.indexOf('\n', offset) + 1; at > 0; at = masked.indexOf('\n', at) + 1) {
    if (!BEGINS.test(masked.slice(at, at + 8))) continue;
    if (!decorated) return at;
    decorated = masked[at] === '@';
  }
  return masked.length;
}

function lineAbove(text: string, start: number): number {
  return start < 2 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
}

function lineLength(text: string): number {
  const newline = text.indexOf('\n');
  return newline === -1 ? text.length : newline;
}

/** Number of whole steps of indentation, rounded up. */
export function stepsOf(indent: string, unit: string): number {
  return unit === '\t' ? Math.ceil(columns(indent) / 8) : Math.ceil(columns(indent) / unit.length);
}

/** The header's line of the block that a text opens at its end: behind a colon, or behind a docstring. */
export function openedBlock(before: string): string | undefined {
  const code = before
    .slice(-MOST_CHARACTERS)
    .replace(/#[^\n"']*$/, '')
    .trimEnd();
  const colon = code.endsWith(':') ? code.length - 1 : DOCSTRING.exec(code)?.index;
  return colon === undefined ? undefined : code.slice(code.lastIndexOf('\n', colon - 1) + 1);
}
