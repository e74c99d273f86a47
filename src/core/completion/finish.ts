import type { CompletionContext } from './context.ts';
import { cutAtStop, opensBlock, stopPattern, type LineOrBlock } from './lineOrBlock.ts';
import { columns, indentOf, mask } from './source.ts';

/**
 * The chain from the text that a model wrote to the text to insert at the cursor, one step per function.
 * It cuts at the stop, removes code fences, repairs the indentation and cuts again. It removes white space that the
 * file has already, and keeps one line for a line completion. It cuts repeats, and code that follows the cursor.
 * @param omittedSpace white space before the cursor that the prompt left out (see `completionPrompt`)
 * @returns undefined where no text is left
 */
export function finishCompletion(
  decoded: string,
  context: CompletionContext,
  omittedSpace: string,
  lineOrBlock: LineOrBlock,
): string | undefined {
  const pattern = stopPattern(context, omittedSpace, lineOrBlock);
  const written = withoutFences(cutAtStop(decoded, pattern, lineOrBlock));
  // Repair can move a line out of the block, so the text is cut a second time.
  const repaired = cutAtStop(repairIndentation(written, context.unit), pattern, lineOrBlock);
  const inserted = withoutOmittedSpace(repaired, omittedSpace, opensBlock(context))?.trimEnd();
  if (inserted === undefined) return undefined;
  const piece = lineOrBlock === 'line' ? (inserted.split('\n')[0] ?? '') : inserted;
  const fresh = withoutRepeats(piece, context.before);
  const text = withoutOverlap(fresh, context.lineAfter, context.below);
  return text.trim() === '' ? undefined : text;
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

/** Number of opening brackets minus number of closing ones in a masked text. */
function balance(masked: string): number {
  return (masked.match(/[([{]/g)?.length ?? 0) - (masked.match(/[)\]}]/g)?.length ?? 0);
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

/** Longest repeated group, in lines. */
const MAX_CYCLE = 4;
/** Times that a group may occur in a row. Tables of literals and asserts repeat lines for good reason. */
const ALLOWED = 2;

/** Cuts a completion where it begins to repeat lines. Empty where it only repeats the line above the cursor. */
export function withoutRepeats(text: string, above: string): string {
  const lines = text.split('\n');
  const last = above.trimEnd().split('\n').at(-1)?.trim() ?? '';
  // `)` and `else:` occur twice for good reason.
  if (/\w\W+\w/.test(last) && above.trimEnd() !== above && lines[0]?.trim() === last) return '';
  for (let at = 0; at < lines.length; at += 1) {
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

/** Times that the piece occurs in a row from the line `at` on. */
function turnsOf(lines: readonly string[], at: number, piece: readonly string[]): number {
  let turns = 0;
  while (piece.every((line, index) => lines[at + turns * piece.length + index]?.trim() === line)) turns += 1;
  return turns;
}

/**
 * Removes the code that follows the cursor already: the rest of its line (brackets and quotes that the editor closed)
 * and the lines below. A bracket stays where the completion itself opened it.
 */
export function withoutOverlap(text: string, lineAfter: string, below: string): string {
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

/** Drops the last lines where they equal the first lines below the cursor. */
function withoutLinesBelow(text: string, lineAfter: string, below: string): string {
  if (lineAfter.trim() !== '') return text;
  const following = below.split('\n').filter((line) => line.trim() !== '');
  const lines = text.split('\n');
  for (let from = 0; from < lines.length; from += 1) {
    const tail = lines.slice(from).filter((line) => line.trim() !== '');
    if (tail.length === 0 || tail.length > following.length) continue;
    const same = tail.every((line, index) => {
      const other = following[index] ?? '';
      // The indentation of the completion's first line stands before the cursor.
      return from + index === 0 ? line.trim() === other.trim() : line.trimEnd() === other.trimEnd();
    });
    if (same) return lines.slice(0, from).join('\n').trimEnd();
  }
  return text;
}
