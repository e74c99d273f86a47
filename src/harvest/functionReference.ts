/**
 * A whole reference program as a completion of `def name(`, or undefined where that form is not possible.
 *
 * The code before the function has to move. It moves into the function's body where that keeps its meaning: the completion
 * then is one that a model could write and that the stop rule would not cut. Code that the tests use, or that a scope would
 * change, moves behind the function, where it still runs before any call.
 */
export function functionReference(code: string, name: string, tests: string): string | undefined {
  const program = code.trimEnd();
  const definitions = [...program.matchAll(new RegExp(`^def +${name} *\\(`, 'gm'))];
  const definition = definitions[0];
  if (definition === undefined || definitions.length > 1) return undefined;
  const before = program.slice(0, definition.index).trim();
  const rest = program.slice(definition.index + definition[0].length);
  if (before === '') return rest;
  const header = rest.slice(0, headerEnd(rest));
  const bound = boundNames(before);
  const decorated = /(?:^|\n)@[^\n]*$/.test(before);
  // Python evaluates defaults and annotations at the definition, before the code that has moved.
  const { names: parameters, evaluated } = parametersOf(header);
  if (decorated || before.includes('__future__')) return undefined;
  if (bound.some((word) => mentions(evaluated, word))) return undefined;
  const inside = intoBody(before, rest, code);
  return inside !== undefined && !bound.some((word) => parameters.includes(word) || mentions(tests, word))
    ? inside
    : `${rest}\n\n${before}`;
}

/** The program with `before` as the first statements of the function's body; undefined where that could change its meaning. */
function intoBody(before: string, rest: string, code: string): string | undefined {
  if (/\bglobal\b|"""|'''/.test(code)) return undefined;
  const header = headerEnd(rest);
  const match = /^[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*([ \t]+)\S/.exec(rest.slice(header));
  const indent = match?.[1];
  if (indent === undefined) return undefined;
  const lineEnd = rest.indexOf('\n', header);
  const after = rest.slice(lineEnd);
  // Functions and classes behind this one may use the code before it, so that code stays at module level.
  if (/\n[^\s#)\]}]/.test(after)) return undefined;
  const moved = before
    .split('\n')
    .map((line) => (line.trim() === '' ? '' : indent + line))
    .join('\n');
  return `${rest.slice(0, lineEnd)}\n${moved}${after}`;
}

/** The offset behind the header's colon in the text after `def name(`. No bracket encloses that colon. */
function headerEnd(rest: string): number {
  let depth = 1;
  for (let at = 0; at < rest.length; at++) {
    const character = rest[at] ?? '';
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ':' && depth === 0) return at + 1;
  }
  return rest.length;
}

/** The parameters' names in a header (the text after `def name(`), and its defaults and annotations. */
function parametersOf(header: string): { names: string[]; evaluated: string } {
  let depth = 0;
  const parts = [''];
  for (const character of header) {
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + character);
  }
  return {
    names: parts.map((part) => /\w+/.exec(part)?.[0] ?? '').filter((name) => name !== ''),
    evaluated: parts.map((part) => part.replace(/^\s*\**\w*/, '')).join(','),
  };
}

/** Names that module-level code binds: imports, functions, classes, assignments. */
function boundNames(code: string): string[] {
  const names = [
    ...code.matchAll(/^(?:async )?(?:def|class) +(\w+)/gm),
    ...code.matchAll(/^(\w+)(?= *[:=])/gm),
  ].map((match) => match[1] ?? '');
  for (const [, imported = ''] of code.matchAll(/^(?:from +\S+ +)?import +([^\n#]+)/gm)) {
    for (const part of imported.replaceAll(/[()\\]/g, '').split(',')) {
      names.push(
        part
          .trim()
          .split(/ +as +|\./)
          .at(part.includes(' as ') ? -1 : 0) ?? '',
      );
    }
  }
  return names.filter((name) => name !== '');
}

function mentions(text: string, word: string): boolean {
  return word === '*' || new RegExp(`\\b${word}\\b`).test(text);
}
