import type { CompletionContext } from './context.ts';
import { columns } from './source.ts';

/** How much is completed: the rest of the line, or the statements of a block that is still empty. */
export type LineOrBlock = 'line' | 'block';

/** By how many blanks models indent where the file has tabs. */
const TAB = 4;
/** What may follow the cursor on its line without being code of its own: closing brackets, quotes, a comment. */
const HARMLESS = /^[\s)\]}"':,]*(?:#.*)?$/;

/** Whether to complete at all. What stands behind the cursor on its line stops the automatic trigger alone. */
export function mayComplete(
  context: CompletionContext,
  asked: { manual: boolean; comments: boolean },
): boolean {
  if (context.inside === 'comment' && !asked.comments) return false;
  return asked.manual || HARMLESS.test(context.lineAfter);
}

/**
 * A block where one was opened and holds nothing yet, or where nothing of the scope follows an empty line; else a
 * line: code in the middle of other code goes on one step at a time.
 */
export function chooseLineOrBlock(context: CompletionContext): LineOrBlock {
  if (context.inside !== 'code' || context.lineAfter.trim() !== '') return 'line';
  if (context.lineBefore.trim() !== '' && !opensBlock(context)) return 'line';
  return context.after.trim() === '' || (opensBlock(context) && !blockFollows(context)) ? 'block' : 'line';
}

/** True where the last code before the cursor is a block's header, or the docstring right below one. */
export function opensBlock(context: Pick<CompletionContext, 'before'>): boolean {
  const code = context.before.replace(/#[^\n"']*$/, '').trimEnd();
  return (
    code.endsWith(':') ||
    /:[ \t]*(?:#[^\n]*)?\n\s*[rRuU]?(?:"""[^]*"""|'''[^]*'''|"[^"\n]*"|'[^'\n]*')$/.test(code)
  );
}

/**
 * A regular expression over what is written behind the prompt, omittedSpace white space included: where it matches, the
 * completion is over. A line ends with it; a block at the first line that is indented less.
 */
export function stopPattern(
  context: CompletionContext,
  omittedSpace: string,
  lineOrBlock: LineOrBlock,
): string {
  if (lineOrBlock === 'line') return omittedSpace.includes('\n') ? '\\S[^\\n]*\\n' : '[^\\n]*\\n';
  // Behind a header the block stands further in; behind a docstring, or on a line of its own, where the cursor does.
  const opened = /:\s*(?:#.*)?$/.test(context.lineBefore);
  const width = context.unit === '\t' ? TAB : context.unit.length;
  const level = Math.ceil(columns(context.indent) / (context.unit === '\t' ? 8 : width)) + (opened ? 1 : 0);
  // At the level of the module nothing stands further out: two empty lines end a piece of it.
  if (level === 0) return '\\S[^]*?\\n\\s*\\n\\s*\\n|\\n```';
  // By whole steps: what stands between two steps is repaired afterwards.
  return `\\n(?:\`\`\`|(?:\\t| {${width}}){0,${level - 1}}(?=[^\\s)\\]}]))`;
}

/** What was written, up to where it had to stop; line ends become `\n`. */
export function cutAtStop(decoded: string, pattern: string, lineOrBlock: LineOrBlock): string {
  const text = decoded.replaceAll('\r\n', '\n');
  const match = new RegExp(pattern).exec(text);
  if (match === null) return text;
  // A line's pattern covers the line itself; a block's begins where the block has ended.
  return lineOrBlock === 'line' || pattern.startsWith('\\S')
    ? text.slice(0, match.index + match[0].length).replace(/\n```$/, '')
    : text.slice(0, match.index);
}

/** Whether the block that the cursor's line opens has statements below already. */
function blockFollows(context: CompletionContext): boolean {
  const next = /\n([ \t]*)\S/.exec(`\n${context.below}`)?.[1];
  if (next === undefined) return false;
  const own = context.lineBefore.trim() === '' ? context.indent.length - 1 : context.indent.length;
  return next.length > own;
}
