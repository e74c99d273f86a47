import type { CompletionContext } from './context.ts';
import { closesForeign, soundTexts } from './cuts.ts';
import { cutAtStop, mayBeLong, opensBlock, stopPattern, type LineOrBlock } from './lineOrBlock.ts';
import { balance, splitsStatement, withoutDefined, withoutOverlap, withoutRepeats } from './overlap.ts';
import { leavesPartOfWord } from './partialWord.ts';
import { columns, indentOf, mask } from './source.ts';

/** What a model wrote. */
export interface Written {
  text: string;
  /** Whether the limit of tokens ended the text. */
  limited: boolean;
}

/** Texts to insert at the cursor, the best one first, or why there are none. Which of them fits, a parser says. */
export type Finished = { texts: [string, ...string[]] } | { why: string };

/**
 * The chain from the text that a model wrote to the texts to insert at the cursor, one step per function.
 * It cuts at the stop, removes code fences, repairs the indentation and cuts again. It removes white space that the
 * file has already. It cuts repeats, code that follows the cursor, and what is defined already.
 * What the limit of tokens cut off is cut back to something whole.
 * @param omittedSpace white space before the cursor that the prompt left out (see `completionPrompt`)
 */
export function finishCompletion(
  { text: decoded, limited }: Written,
  context: CompletionContext,
  omittedSpace: string,
  lineOrBlock: LineOrBlock,
): Finished {
  const pattern = stopPattern(context, omittedSpace, lineOrBlock);
  const stopped = cutAtStop(decoded, pattern);
  const written = repairIndentation(withoutFences(stopped), context.unit);
  // Repair can move a line out of the block, so the text is cut a second time.
  const repaired = cutAtStop(written, pattern);
  const inserted = withoutOmittedSpace(repaired, omittedSpace, opensBlock(context))?.trimEnd() ?? '';
  if (inserted.trim() === '') return { why: 'the model had nothing to add' };
  const { around } = context;
  const long = mayBeLong(context) && (around.closed === 0 || closesForeign(inserted, around));
  const piece = long ? inserted : (inserted.split('\n')[0] ?? '');
  const fresh = withoutDefined(
    withoutOverlap(withoutRepeats(piece, context.before, context.level), context),
    context,
  );
  if (fresh.trim() === '') return { why: 'the model repeated the code around the cursor' };
  if (splitsStatement(fresh, context)) return { why: 'the text would part the statement around the cursor' };
  if (leavesPartOfWord(fresh, context)) return { why: 'the text does not finish the word at the cursor' };
  // A text that was cut since does not end at the limit.
  const toLimit =
    limited && stopped === cutAtStop(decoded, '(?!)') && repaired === written && fresh === inserted;
  const [first, ...shorter] = soundTexts(fresh, around, toLimit);
  return first === undefined ? { why: 'nothing whole is left of the text' } : { texts: [first, ...shorter] };
}

/** Removes the fences that chat models put around code, and the prose behind the closing fence. */
export function withoutFences(text: string): string {
  const opened = text.replace(/^\s*```[a-zA-Z]*[ \t]*\n/, '');
  const closing = /(?:^|\n)[ \t]*```/.exec(opened);
  return closing === null ? opened : opened.slice(0, closing.index);
}

/**
 * Rounds the indentation of statements to the steps of the file: `   return` becomes `    return`, and spaces become tabs
 * where the file uses tabs. Lines inside brackets and strings stay. The first line stays too: it continues a line of the file.
 */
export function repairIndentation(text: string, unit: string): string {
  const lines = text.split('\n');
  const masked = mask(text).text.split('\n');
  let depth = 0;
  return lines
    .map((line, index) => {
      const code = masked[index] ?? '';
      const begins = index > 0 && depth === 0 && code.trim() !== '' && !insideString(lines.slice(0, index));
      depth = Math.max(0, depth + balance(code));
      return begins ? stepped(indentOf(line), unit) + line.trimStart() : line;
    })
    .join('\n');
}

function insideString(above: readonly string[]): boolean {
  return mask(`${above.join('\n')}\n`).end === 'string';
}

function stepped(indent: string, unit: string): string {
  if (unit === '\t')
    return '\t'.repeat(/^\t*$/.test(indent) ? indent.length : Math.round(columns(indent) / 4));
  const width =
    indent.includes('\t') && !indent.includes(' ') ? indent.length * unit.length : columns(indent);
  return ' '.repeat(Math.round(width / unit.length) * unit.length);
}

/**
 * Removes the white space before the cursor, which the prompt omits and the model writes again.
 * @returns undefined where the answer does not fit at the cursor: it ends the user's line, continues the line above, or is
 * indented less than the cursor
 */
export function withoutOmittedSpace(
  answer: string,
  omitted: string,
  opensBlock: boolean,
): string | undefined {
  if (omitted === '') return answer;
  const newline = omitted.lastIndexOf('\n');
  if (newline === -1) {
    const rest = answer.replace(/^[ \t]+/, '');
    return rest.startsWith('\n') ? undefined : rest;
  }
  const indent = omitted.slice(newline + 1);
  const lead = /^\s*\n/.exec(answer)?.[0];
  if (lead === undefined) {
    // The body may stand on the line of its header: `def f(): return 1`.
    return opensBlock && /^[ \t]+\S/.test(answer) ? answer.trimStart() : undefined;
  }
  const code = answer.slice(lead.length);
  const got = indentOf(code);
  if (code.trim() === '') return undefined;
  if (got.startsWith(indent)) return code.slice(indent.length);
  // The answer mixes tabs and spaces: keep the white space of the file and remove that of the answer.
  return columns(got) < columns(indent) ? undefined : code.trimStart();
}
