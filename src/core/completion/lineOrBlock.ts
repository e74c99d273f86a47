import type { CompletionContext } from './context.ts';
import { indentOf } from './source.ts';
import { openedBlock, stepsOf } from './surroundings.ts';

/** What to complete: a statement or the rest of one, or the statements of an empty block. */
export type LineOrBlock = 'line' | 'block';

/** Spaces per step that models write for a file with tabs. */
const TAB = 4;
/** Lines of simple statements that a module or class gets at once. */
const MOST_LINES = 8;
/** Text after the cursor that does not block a completion: closing brackets, quotes, a comment. */
const HARMLESS = /^[\s)\]}"':,]*(?:#.*)?$/;
/** Lines that belong to the statement above. */
const CLAUSE = '(?:elif|else|except|finally)\\b';

/** Whether to complete here. Code after the cursor blocks automatic requests only. */
export function mayComplete(
  context: CompletionContext,
  asked: { manual: boolean; comments: boolean },
): boolean {
  if (context.inside === 'comment' && !asked.comments) return false;
  return asked.manual || HARMLESS.test(context.lineAfter);
}

/**
 * Chooses a block where an empty block was opened, or where nothing of the scope follows an empty line. Otherwise a
 * statement, because the middle of existing code is completed step by step.
 */
export function chooseLineOrBlock(context: CompletionContext): LineOrBlock {
  if (context.inside !== 'code' || context.lineAfter.trim() !== '' || context.around.open.length > 0)
    return 'line';
  if (context.lineBefore.trim() !== '' && !opensBlock(context)) return 'line';
  return context.after.trim() === '' || (opensBlock(context) && !blockFollows(context)) ? 'block' : 'line';
}

/** Whether the last code before the cursor is the header of a block, or the docstring below one. */
export function opensBlock(context: Pick<CompletionContext, 'before'>): boolean {
  return openedBlock(context.before) !== undefined;
}

/**
 * A regular expression over the model's output, `omittedSpace` included. The completion ends where it matches, before the
 * end of the match (see `cutAtStop`): behind a statement, or behind a block.
 */
export function stopPattern(
  context: CompletionContext,
  omittedSpace: string,
  lineOrBlock: LineOrBlock,
): string {
  const unit = context.unit === '\t' ? `(?:\\t| {${TAB}})` : `(?:\\t| {${context.unit.length}})`;
  const code = `(?=[^\\s)\\]}])(?!${CLAUSE})`;
  if (lineOrBlock === 'line') return statementEnd(context, omittedSpace.includes('\n'), unit, code);
  const level = blockLevel(context);
  if (context.level === 'function')
    // Only whole steps count. `repairIndentation` rounds the others afterwards.
    return `\\n(?:\`\`\`|${unit}{0,${level - 1}}(?=[^\\s)\\]}]))`;
  const own = level === 0 ? '' : `${unit}{0,${level}}`;
  const line = `${own}(?![\\s)\\]}])[^\\n]*`;
  return [
    '\\n```',
    // Code stands further out.
    ...(level === 0 ? [] : [`\\n${unit}{0,${level - 1}}(?=[^\\s)\\]}])`]),
    // An empty line, then another statement.
    `${UP_TO_STATEMENT}[\\s\\S]*?\\n(?:[ \\t]*\\n)+${own}${code}`,
    // The end of a definition or another block.
    `\\n${unit}{${level}}[ \\t]+(?![#\\s])[^\\n]*\\n${own}${code}`,
    `^\\s*(?:${line}\\n){${MOST_LINES}}${own}${code}`,
  ].join('|');
}

/** Lines of comments and decorators at the start, up to the statement that they belong to. */
const UP_TO_STATEMENT = '^(?:\\s*[#@][^\\n]*\\n(?![ \\t]*\\n))*\\s*(?![#@])(?=\\S)';

/** The end of the statement at the cursor, with its block where it has one. */
function statementEnd(context: CompletionContext, ownLine: boolean, unit: string, code: string): string {
  // Arguments may begin on a line of their own. Once read, the line end is not given back.
  const start = ownLine ? UP_TO_STATEMENT : context.around.closed > 0 ? '^(?=(\\n?))\\1' : '^';
  if (!mayBeLong(context)) return `${start}[^\\n]*\\n`;
  const goesOn = deeperFollows(context) ? '([{,\\\\' : ':([{,\\\\';
  const level = stepsOf(context.indent, context.unit);
  return `${start}(?:(?:[^\\n]*[^\\s${goesOn}][ \\t]*)?\\n|[\\s\\S]*?\\n${unit}{0,${level}}${code})`;
}

/** Whether a statement at the cursor may have several lines. Before other code, and in strings and comments, it has one. */
export function mayBeLong({ inside, lineAfter }: CompletionContext): boolean {
  return inside === 'code' && HARMLESS.test(lineAfter);
}

/** Steps of indentation of the statements in the block at the cursor. */
function blockLevel(context: CompletionContext): number {
  const own = stepsOf(context.indent, context.unit);
  const header = openedBlock(context.before);
  if (header === undefined) return own;
  const opened = context.lineBefore.trim() !== '' || context.indent === '';
  // A cursor that stands further in, or has left a body that is there already, decides itself.
  return opened ? stepsOf(indentOf(header), context.unit) + 1 : own;
}

/**
 * The model's output up to the stop. Line ends become `
 * `.
 */
export function cutAtStop(decoded: string, pattern: string): string {
  const text = decoded.replaceAll('\r\n', '\n');
  const match = new RegExp(pattern).exec(text);
  if (match === null) return text;
  // What is behind the last line end of the match belongs to the next statement.
  return text.slice(0, text.lastIndexOf('\n', match.index + match[0].length - 1) + 1);
}

/** Whether the block of the cursor's line has statements below already. */
function blockFollows(context: CompletionContext): boolean {
  const own = context.lineBefore.trim() === '' ? context.indent.length - 1 : context.indent.length;
  return indentBelow(context) > own;
}

/** Whether the code below is indented more than the cursor's line, as the block of a header at the cursor. */
function deeperFollows(context: CompletionContext): boolean {
  return indentBelow(context) > context.indent.length;
}

/** Length of the indentation of the next code below; -1 where there is none. */
function indentBelow({ below }: CompletionContext): number {
  return /\n([ \t]*)\S/.exec(`\n${below}`)?.[1]?.length ?? -1;
}
