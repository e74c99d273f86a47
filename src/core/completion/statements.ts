import { columns, headerEnd, indentOf } from './source.ts';
import { blockEnd, definitionsIn, type Definition } from './scopes.ts';

/** A statement of a module or of a class body. */
export interface Statement {
  kind: 'import' | 'definition' | 'binding' | 'other';
  /** Names that it binds. */
  names: string[];
  start: number;
  /** Offset after its last line of code. */
  end: number;
}

/** Longer helpers are shown as signature and docstring. Training does the same (leti_runner/harvest/context.py). */
const MAX_HELPER_LINES = 15;
const MAX_DOCSTRING_LINES = 8;
const DOCSTRING = /^[ \t]*[rRuU]?("""|'''|"|')/;

/** The statements of a masked text at an indentation of `width` columns, with their decorators. */
export function statementsIn(masked: string, width: number, from = 0, to = masked.length): Statement[] {
  const starts: number[] = [];
  let decorated = false;
  let start = from;
  while (start < to) {
    const newline = masked.indexOf('\n', start);
    const end = newline === -1 ? to : newline;
    const line = masked.slice(start, end);
    const code = line.trimStart();
    if (
      code !== '' &&
      !/^(?:[)\]}"']|(?:elif|else|except|finally)\b)/.test(code) &&
      columns(indentOf(line)) === width
    ) {
      if (!decorated) starts.push(start);
      decorated = code.startsWith('@');
    }
    start = end + 1;
  }
  return starts.map((at, index) => {
    const text = masked.slice(at, starts[index + 1] ?? to).trimEnd();
    return { ...bindingOf(text.trimStart()), start: at, end: at + text.length };
  });
}

/** Header and docstring of a definition, then `...`. With `whole`, all of a short one. */
export function signature(source: string, masked: string, statement: Statement, whole: boolean): string {
  const text = source.slice(statement.start, statement.end);
  if (whole && text.split('\n').length <= MAX_HELPER_LINES) return text;
  const definition = firstDefinition(masked, statement);
  if (definition === undefined) return text;
  const head = headWithDocstring(source, masked, definition);
  if (head === undefined) return text;
  const margin = source.slice(definition.start, definition.start + indentWidth(source, definition.start));
  return `${source.slice(statement.start, head.end)}\n${head.margin ?? `${margin}    `}...`;
}

/** Header of a definition, with its docstring where that is short. Undefined while the header is open. */
export function headWithDocstring(
  source: string,
  masked: string,
  definition: Definition,
): { end: number; docstring: string; margin: string | undefined } | undefined {
  const colon = headerEnd(masked, definition.start);
  if (colon === undefined) return undefined;
  const rest = source.slice(colon, blockEnd(masked, definition, colon));
  const lines = /^[^\S\n]*(?:#[^\n]*)?\n(?:[ \t]*\n)*/.exec(rest)?.[0] ?? '';
  const body = rest.slice(lines.length);
  const margin = lines === '' ? undefined : indentOf(body);
  const docstring = docstringAt(body);
  if (docstring === undefined || docstring.split('\n').length > MAX_DOCSTRING_LINES) {
    return { end: colon, docstring: docstring ?? '', margin };
  }
  return { end: colon + lines.length + indentOf(body).length + docstring.length, docstring, margin };
}

/** A docstring's text without its quotes. */
export function docstringText(docstring: string): string {
  const quote = DOCSTRING.exec(docstring)?.[1] ?? '';
  const open = docstring.indexOf(quote) + quote.length;
  return docstring.slice(open, docstring.endsWith(quote) ? -quote.length || undefined : undefined);
}

/** Names in a masked piece of code. */
export function namesIn(masked: string): Set<string> {
  return new Set([...masked.matchAll(/(?<![\w.])[^\W\d]\w*/g)].map((match) => match[0]));
}

/** Attribute names in a masked piece of code. */
export function attributesIn(masked: string): Set<string> {
  return new Set([...masked.matchAll(/\.[ \t]*([^\W\d]\w*)/g)].map((match) => match[1] ?? ''));
}

function docstringAt(body: string): string | undefined {
  const quote = DOCSTRING.exec(body)?.[1];
  if (quote === undefined) return undefined;
  const open = body.indexOf(quote);
  const close = body.indexOf(quote, open + quote.length);
  if (close === -1) return undefined;
  return body.slice(indentOf(body).length, close + quote.length);
}

function bindingOf(code: string): Pick<Statement, 'kind' | 'names'> {
  const imported = /^(?:from\s+\S+\s+)?import\s+([^]*)$/.exec(code)?.[1];
  if (imported !== undefined) {
    const names = imported.replaceAll(/[()\\\n]/g, ' ').split(',');
    return { kind: 'import', names: names.map((name) => boundName(name)).filter((name) => name !== '') };
  }
  const defined = definitionsIn(code.replace(/^(?:@[^\n]*\n[ \t]*)+/, ''))[0];
  if (defined !== undefined && /^(?:@|async\b|def\b|class\b)/.test(code))
    return { kind: 'definition', names: [defined.name] };
  const assigned = /^([^\W\d]\w*)\s*(?::[^=\n]*)?=(?!=)/.exec(code)?.[1];
  return assigned === undefined ? { kind: 'other', names: [] } : { kind: 'binding', names: [assigned] };
}

/** `a as b` binds b, `a.b` binds a. */
function boundName(text: string): string {
  const [name = '', as, alias] = text.trim().split(/\s+/);
  return as === 'as' && alias !== undefined ? alias : (name.split('.')[0] ?? '');
}

function firstDefinition(masked: string, statement: Statement): Definition | undefined {
  const found = definitionsIn(masked.slice(statement.start, statement.end))[0];
  return found === undefined ? undefined : { ...found, start: found.start + statement.start };
}

function indentWidth(source: string, at: number): number {
  return /^[ \t]*/.exec(source.slice(at, at + 200))?.[0].length ?? 0;
}
