import type { CompletionContext } from './context.ts';
import { definitionsIn } from './scopes.ts';
import { columns, indentOf, mask } from './source.ts';

/** Longest repeated group, in lines. */
const MAX_CYCLE = 4;
/** Times that a group may occur in a row. Tables of literals and asserts repeat lines for good reason. */
const ALLOWED = 2;
/** Lines above the cursor with which a completion is compared. */
const NEAR = 16;
/** Words of lines that say something. `)` and `else:` occur twice for good reason. */
const SAYS_SOMETHING = /\w\W+\w/;
/** Decorators under which a name is defined again for good reason. */
const AGAIN = /^@(?:\w+\.)*(?:overload|setter|getter|deleter|register|dispatch)\b/;
const DEFINITION = /^(?:async[ \t]+)?(?:def|class)[ \t]+([\p{XID_Start}_]\p{XID_Continue}*)/u;

/**
 * Cuts a completion where it begins to repeat lines: its own, the line above the cursor, or two lines of the function
 * around it.
 */
export function withoutRepeats(text: string, above: string, level: CompletionContext['level']): string {
  const lines = text.split('\n');
  const near = above.trimEnd() === above ? [] : linesNear(above);
  if (says(near.at(-1)) && lines[0]?.trim() === near.at(-1)?.trim()) return '';
  for (let at = 0; at < lines.length; at += 1) {
    if (level === 'function' && repeatsNear(lines, at, near)) return lines.slice(0, at).join('\n').trimEnd();
    for (let cycle = 1; cycle <= MAX_CYCLE; cycle += 1) {
      const piece = lines.slice(at, at + cycle).map((line) => line.trim());
      if (piece.length < cycle || !piece.some((line) => /\w/.test(line))) continue;
      const turns = turnsOf(lines, at, piece);
      if (turns > ALLOWED)
        return lines
          .slice(0, at + cycle)
          .join('\n')
          .trimEnd();
    }
  }
  return text;
}

/** The last lines of code above, those of the definition around the cursor. */
function linesNear(above: string): string[] {
  const near = codeLines(above).slice(-NEAR);
  return near.slice(
    Math.max(
      0,
      near.findLastIndex((line) => DEFINITION.test(line.trim())),
    ),
  );
}

/** Whether a line and the next one stand above, one behind the other. */
function repeatsNear(lines: readonly string[], at: number, near: readonly string[]): boolean {
  const [first, second] = [lines[at]?.trim(), lines[at + 1]?.trim()];
  if (!says(first) || !says(second)) return false;
  return near.some((line, index) => line.trim() === first && near[index + 1]?.trim() === second);
}

/** Times that the piece occurs in a row from the line `at` on. */
function turnsOf(lines: readonly string[], at: number, piece: readonly string[]): number {
  let turns = 0;
  while (piece.every((line, index) => lines[at + turns * piece.length + index]?.trim() === line)) turns += 1;
  return turns;
}

/**
 * Removes the code that follows the cursor already: the rest of its line, and the lines below. A bracket stays where the
 * completion itself opened it.
 */
export function withoutOverlap(
  text: string,
  context: Pick<CompletionContext, 'lineAfter' | 'below'>,
): string {
  const { lineAfter, below } = context;
  return withoutLinesBelow(withoutRestOfLine(text, lineAfter.trim()), lineAfter, below);
}

function withoutRestOfLine(text: string, rest: string): string {
  for (let length = Math.min(rest.length, text.length); length > 0; length -= 1) {
    if (!text.endsWith(rest.slice(0, length))) continue;
    const kept = text.slice(0, -length);
    if (balance(mask(kept).text) <= 0) return kept.trimEnd();
  }
  return text;
}

/** Number of opening brackets minus number of closing ones in a masked text. */
export function balance(masked: string): number {
  return (masked.match(/[([{]/g)?.length ?? 0) - (masked.match(/[)\]}]/g)?.length ?? 0);
}

/** Cuts where a line is the first line below the cursor, or where all further lines are the lines below. */
function withoutLinesBelow(text: string, lineAfter: string, below: string): string {
  if (lineAfter.trim() !== '') return text;
  const following = codeLines(below);
  const lines = text.split('\n');
  for (let from = 0; from < lines.length; from += 1) {
    const tail = lines.slice(from).filter((line) => line.trim() !== '');
    const compared = says(following[0]) ? tail.slice(0, 1) : tail;
    if (tail.length === 0 || compared.length > following.length) continue;
    const same = compared.every((line, index) => {
      const other = following[index] ?? '';
      // The indentation of the completion's first line stands before the cursor.
      return from + index === 0 ? line.trim() === other.trim() : line.trimEnd() === other.trimEnd();
    });
    if (same) return lines.slice(0, from).join('\n').trimEnd();
  }
  return text;
}

/** Cuts where a text defines a name again in one scope, or writes a line of the module again. */
export function withoutDefined(text: string, context: CompletionContext): string {
  const { level, lineBefore, indent, below, before } = context;
  if (lineBefore.trim() !== '') return text;
  const lines = text.split('\n');
  const known = level === 'module' ? new Set(codeLines(`${below}\n${before}`)) : undefined;
  const seen = seenAround(lines[0] ?? '', context);
  for (const [at, line] of lines.entries()) {
    const code = line.trim();
    if (code === '') continue;
    const width = columns(indentOf(at === 0 ? indent + line : line));
    for (const deeper of [...seen.keys()].filter((one) => one > width)) seen.delete(deeper);
    const name = DEFINITION.exec(code)?.[1];
    const again = name === '_' || AGAIN.test((lines[at - 1] ?? '').trim());
    if (
      name === undefined
        ? width === 0 && says(code) && known?.has(code)
        : !again && seen.get(width)?.has(name)
    )
      return withoutDecorators(lines.slice(0, at)).join('\n').trimEnd();
    if (name !== undefined && !again) seen.set(width, new Set([...(seen.get(width) ?? []), name]));
  }
  return text;
}

/** Names that are defined where a text begins, by the columns of their indentation. */
function seenAround(
  first: string,
  { defined, indent, around }: CompletionContext,
): Map<number, ReadonlySet<string>> {
  const own = columns(indent);
  const width = columns(indentOf(indent + first));
  const seen = new Map([[own, defined]]);
  // The text continues the class above.
  if (width > own) {
    const near = definitionsIn(mask(around.before).text).filter((one) => one.indent === width);
    seen.set(width, new Set(near.map(({ name }) => name)));
  }
  return seen;
}

function withoutDecorators(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => !/^\s*(?:@|#|$)/.test(line));
  return lines.slice(0, last + 1);
}

/**
 * Whether a statement at the cursor would stand between a clause such as `else:` and the statement that it belongs to.
 */
export function splitsStatement(
  text: string,
  { lineBefore, lineAfter, indent, below }: CompletionContext,
): boolean {
  if (lineBefore.trim() !== '' || lineAfter.trim() !== '') return false;
  const clause = /^(?:elif|else|except|finally)\b/;
  const next = codeLines(below)[0] ?? '';
  return next.startsWith(indent) && clause.test(next.slice(indent.length)) && !clause.test(text);
}

function says(line: string | undefined): line is string {
  return line !== undefined && SAYS_SOMETHING.test(line);
}

function codeLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
