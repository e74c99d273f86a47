import { columns, indentOf } from './source.ts';

/** A `def` or `class` in a masked text. */
export interface Definition {
  kind: 'def' | 'class';
  name: string;
  /** Offset of its line, decorators not counted. */
  start: number;
  indent: number;
}

const CLOSING = /^[)\]}]/;
const DEFINITION = /^([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+([\p{XID_Start}_]\p{XID_Continue}*)/gmu;

/** All definitions of a masked text, in order. */
export function definitionsIn(masked: string): Definition[] {
  return [...masked.matchAll(DEFINITION)].map((match) => ({
    kind: match[2] === 'class' ? 'class' : 'def',
    name: match[3] ?? '',
    start: match.index,
    indent: columns(match[1] ?? ''),
  }));
}

/**
 * The definitions around the end of a masked text, outermost first, where the last line is indented by `width` columns.
 * A line is inside a block when it is indented more. Closing brackets may stand as far out as their statement.
 */
export function enclosing(masked: string, width: number): Definition[] {
  let start = masked.lastIndexOf('\n') + 1;
  const last = masked.slice(start);
  // Inside its own header the cursor is in the definition already.
  const own = definitionAt(last, start);
  const found = own === undefined ? [] : [own];
  let least = CLOSING.test(last.trimStart()) ? width + 1 : width;
  while (least > 0 && start > 0) {
    const end = start - 1;
    // A negative place to look from would mean the first.
    start = end === 0 ? 0 : masked.lastIndexOf('\n', end - 1) + 1;
    const line = masked.slice(start, end);
    const indent = columns(indentOf(line));
    const code = line.trimStart();
    if (code === '' || CLOSING.test(code) || indent >= least) continue;
    const header = definitionAt(line, start);
    if (header !== undefined) found.unshift(header);
    least = indent;
  }
  return found;
}

/** Offset at which a definition's block ends: the first line with code that is not indented more, or the text's end. */
export function blockEnd(masked: string, definition: Pick<Definition, 'indent'>, from: number): number {
  let start = masked.indexOf('\n', from) + 1;
  while (start > 0 && start < masked.length) {
    const newline = masked.indexOf('\n', start);
    const line = masked.slice(start, newline === -1 ? undefined : newline);
    const code = line.trim();
    if (code !== '' && !CLOSING.test(code) && columns(indentOf(line)) <= definition.indent) return start;
    start = newline + 1;
  }
  return masked.length;
}

function definitionAt(line: string, start: number): Definition | undefined {
  const [found] = definitionsIn(line);
  return found === undefined ? undefined : { ...found, start: start + found.start };
}
