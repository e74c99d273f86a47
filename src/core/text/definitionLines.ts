import type { Task } from '../../protocol/task.ts';
import { blockEnd, definitionsIn, type Definition } from '../completion/scopes.ts';
import { mask } from '../completion/source.ts';

/**
 * The zero-based lines on which a Python text defines a function, in order; a decorator's line does not count. `name` is
 * the function's name, after its classes for a method (`Stack.push`). A text without those classes is searched for the
 * function's name alone. Strings and comments are not searched.
 */
export function definitionLines(text: string, name: string): number[] {
  // Python treats names as equal when their NFKC forms are.
  const [own = '', ...classes] = name.normalize('NFKC').split('.').toReversed();
  const masked = mask(text).text;
  const all = definitionsIn(masked);
  const named = all.flatMap((definition, index) =>
    definition.kind === 'def' && definition.name.normalize('NFKC') === own ? [{ ...definition, index }] : [],
  );
  const exact = named.filter(({ index }) => scopesAround(masked, all, index).join('.') === classes.join('.'));
  return (exact.length > 0 ? exact : named).map(({ start }) => text.slice(0, start).split('\n').length - 1);
}

/**
 * The zero-based line of its file on which the function of a workspace task begins. Undefined for a task without a file,
 * or where the file does not define the function.
 */
export function headerLine({ host, name }: Pick<Task, 'host' | 'name'>): number | undefined {
  if (host?.line !== undefined) return host.line - 1;
  return host === undefined ? undefined : definitionLines(host.before, name).at(-1);
}

/** The text of a workspace task's function from the line of its `def` to the place of its body. */
export function headerText({ host, name }: Pick<Task, 'host' | 'name'>): string | undefined {
  const line = headerLine({ host, name });
  return line === undefined ? undefined : host?.before.split('\n').slice(line).join('\n');
}

/** Names of the classes and functions around a definition, innermost first. */
function scopesAround(masked: string, all: readonly Definition[], index: number): string[] {
  const { start = 0, indent = 0 } = all[index] ?? {};
  return all
    .slice(0, index)
    .filter((outer) => outer.indent < indent && blockEnd(masked, outer, outer.start) > start)
    .map(({ name }) => name.normalize('NFKC'))
    .toReversed();
}
