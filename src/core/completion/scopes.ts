import { columns, headerEnd, indentOf, mask } from './source.ts';

/** A `def` or `class` in a masked text. */
export interface Definition {
  kind: 'def' | 'class';
  name: string;
  /** Offset of its line, without decorators. */
  start: number;
  indent: number;
}

const CLOSING = /^[)\]}]/;
const DEFINITION = /^([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+([\p{XID_Start}_]\p{XID_Continue}*)/gmu;

/** All definitions of a masked text in order. */
export function definitionsIn(masked: string): Definition[] {
  return [...masked.matchAll(DEFINITION)].map((match) => ({
    kind: match[2] === 'class' ? 'class' : 'def',
    name: match[3] ?? '',
    start: match.index,
    indent: columns(match[1] ?? ''),
  }));
}

/**
 * The definitions around the end of a masked text, outermost first. `width` is the indentation of the last line in
 * columns. A line is inside a block when it is indented more. Closing brackets may be indented as little as their
 * statement.
 */
export function enclosingDefinitions(masked: string, width: number): Definition[] {
  let start = masked.lastIndexOf('\n') + 1;
  const last = masked.slice(start);
  // A cursor in a header is inside the definition.
  const own = definitionAt(last, start);
  const found = own === undefined ? [] : [own];
  let least = CLOSING.test(last.trimStart()) ? width + 1 : width;
  while (least > 0 && start > 0) {
    const end = start - 1;
    // `lastIndexOf` takes a negative index for 0.
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

/** Offset of the end of a definition's block: the first code that is not indented more, or the end of the text. */
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

/** A function of a file. */
export interface FunctionText {
  /** Of nested functions the outermost. The name of a method begins with its class, as in task ids. */
  name: string;
  /** Offsets of the start of the header's line and of the end of the block. */
  start: number;
  end: number;
  /**
   * Text between them, with `
   * ` line ends.
   */
  source: string;
}

/** The function around an offset, without decorators. The document need not parse. */
export function functionAround(document: string, offset: number): FunctionText | undefined {
  const before = document.slice(0, offset);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const scopes = enclosingDefinitions(mask(before).text, columns(indentOf(line)));
  const scope = scopes.find(({ kind }) => kind === 'def');
  if (scope === undefined) return undefined;
  const owners = scopes.slice(0, scopes.indexOf(scope)).map(({ name }) => name);
  const masked = mask(document).text;
  const from = Math.max(offset, headerEnd(masked, scope.start) ?? 0) - 1;
  const end = Math.max(offset, blockEnd(masked, scope, from));
  return {
    name: [...owners, scope.name].join('.'),
    start: scope.start,
    end,
    source: document.slice(scope.start, end).replaceAll('\r\n', '\n'),
  };
}

function definitionAt(line: string, start: number): Definition | undefined {
  const [found] = definitionsIn(line);
  return found === undefined ? undefined : { ...found, start: start + found.start };
}
