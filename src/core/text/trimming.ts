import type { Sample } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';

/** What opens and closes a block of code in a chat. */
export const FENCE = '```';

/**
 * Where a program ends, as a regular expression over the text written so far: at the closing fence, or at the first line
 * that is indented less than the hole's statements. Closing brackets may be indented less. JavaScript and Python both
 * understand the expression, so that every sampler stops at the same place.
 */
export function stopRule(task: Pick<Task, 'hole' | 'indent'>): string {
  const outside = task.hole === 'body' ? `[ \\t]{0,${Math.max(task.indent - 1, 0)}}` : '';
  return `\\n(?:${FENCE}|${outside}(?=[^\\s)\\]}]))`;
}

/** Whether the model ended the program by itself. If not, the text after the function has to be cut before it can run. */
export function endsItself({ finish, decoded }: Pick<Sample, 'finish' | 'decoded'>): boolean {
  return finish === 'end' || /\n```[^\n]*$/.test(decoded);
}

/**
 * The decoded text, cut where the stop rule matches, without white space at its end. Line ends become `\n`.
 */
export function trimCompletion(task: Pick<Task, 'hole' | 'indent'>, decoded: string): string {
  const text = decoded.replaceAll('\r\n', '\n');
  const match = new RegExp(stopRule(task)).exec(text);
  return (match === null ? text : text.slice(0, match.index)).trimEnd();
}
