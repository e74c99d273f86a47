import type { CompletionContext } from './context.ts';
import { columns } from './source.ts';

/** What to complete: the rest of the line, or the statements of an empty block. */
export type LineOrBlock = 'line' | 'block';

/** Spaces per step that models write for a file with tabs. */
const TAB = 4;
/** Text after the cursor that does not block a completion: closing brackets, quotes, a comment. */
const HARMLESS = /^[\s)\]}"':,]*(?:#.*)?$/;

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
 * line, because the middle of existing code is completed step by step.
 */
export function chooseLineOrBlock(context: CompletionContext): LineOrBlock {
  if (context.inside !== 'code' || context.lineAfter.trim() !== '') return 'line';
  if (context.lineBefore.trim() !== '' && !opensBlock(context)) return 'line';
  return context.after.trim() === '' || (opensBlock(context) && !blockFollows(context)) ? 'block' : 'line';
}

/** Whether the last code before the cursor is the header of a block, or the docstring below one. */
export function opensBlock(context: Pick<CompletionContext, 'before'>): boolean {
  const code = context.before.replace(/#[^\n"']*$/, '').trimEnd();
  return (
    code.endsWith(':') ||
    /:[ \t]*(?:#[^\n]*)?\n\s*[rRuU]?(?:"""[^]*"""|'''[^]*'''|"[^"\n]*"|'[^'\n]*')$/.test(code)
  );
}

/**
 * A regular expression over the model's output, `omittedSpace` included. The completion ends where it matches: at the
 * end of a line, or of a block at the first line with less indentation.
 */
export function stopPattern(
  context: CompletionContext,
  omittedSpace: string,
  lineOrBlock: LineOrBlock,
): string {
  if (lineOrBlock === 'line') return omittedSpace.includes('\n') ? '\\S[^\\n]*\\n' : '[^\\n]*\\n';
  // After a header the block is one step deeper. After a docstring or on an empty line it is at the cursor's level.
  const opened = /:\s*(?:#.*)?$/.test(context.lineBefore);
  const width = context.unit === '\t' ? TAB : context.unit.length;
  const level = Math.ceil(columns(context.indent) / (context.unit === '\t' ? 8 : width)) + (opened ? 1 : 0);
  // Nothing is indented less than a module, so two empty lines end the completion.
  if (level === 0) return '\\S[^]*?\\n\\s*\\n\\s*\\n|\\n```';
  // Only whole steps count. `repairIndentation` rounds the others afterwards.
  return `\\n(?:\`\`\`|(?:\\t| {${width}}){0,${level - 1}}(?=[^\\s)\\]}]))`;
}

/**
 * The model's output up to the stop. Line ends become `
 * `.
 */
export function cutAtStop(decoded: string, pattern: string, lineOrBlock: LineOrBlock): string {
  const text = decoded.replaceAll('\r\n', '\n');
  const match = new RegExp(pattern).exec(text);
  if (match === null) return text;
  // The pattern of a line includes the line. The pattern of a block begins after the block.
  return lineOrBlock === 'line' || pattern.startsWith('\\S')
    ? text.slice(0, match.index + match[0].length).replace(/\n```$/, '')
    : text.slice(0, match.index);
}

/** Whether the block of the cursor's line has statements below already. */
function blockFollows(context: CompletionContext): boolean {
  const next = /\n([ \t]*)\S/.exec(`\n${context.below}`)?.[1];
  if (next === undefined) return false;
  const own = context.lineBefore.trim() === '' ? context.indent.length - 1 : context.indent.length;
  return next.length > own;
}
