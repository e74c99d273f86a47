import { blockEnd, enclosing } from './scopes.ts';
import { columns, headerEnd, indentOf, mask } from './source.ts';

/** A function of a file. */
export interface FunctionText {
  /** For one inside another the outer; a method has its class in front, as in the ids of tasks. */
  name: string;
  /** Where the line of its header begins, and where its block ends. */
  start: number;
  end: number;
  /** From the one to the other, with `\n` line ends. */
  source: string;
}

/** The function around an offset of a document, which need not parse; decorators do not belong to it. */
export function functionAround(document: string, offset: number): FunctionText | undefined {
  const before = document.slice(0, offset);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const scopes = enclosing(mask(before).text, columns(indentOf(line)));
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
