import type { Sample } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';

/**
 * Where a program ends, as a regular expression over the text written so far: at the closing fence, or at the first
 * line that belongs to something else because it is indented less than the hole's statements. Closing brackets
 * may stand further out. Understood by JavaScript and Python alike, so that every sampler stops at the same place.
 */
export function stopRule(task: Pick<Task, 'hole' | 'indent'>): string {
  const outside = task.hole === 'body' ? `[ \\t]{0,${Math.max(task.indent - 1, 0)}}` : '';
  return `\\n(?:\`\`\`|${outside}(?=[^\\s)\\]}]))`;
}

/** Whether the model ended the program by itself; what goes on behind the function has to be cut before it can be run. */
export function endsItself({ finish, decoded }: Pick<Sample, 'finish' | 'decoded'>): boolean {
  return finish === 'end' || /\n```[^\n]*$/.test(decoded);
}

/**
 * The completion proper: what was decoded, cut where the stop rule matches, without white space at its end.
 * Line ends become `\n`.
 */
export function trimCompletion(task: Pick<Task, 'hole' | 'indent'>, decoded: string): string {
  const text = decoded.replaceAll('\r\n', '\n');
  const match = new RegExp(stopRule(task)).exec(text);
  return (match === null ? text : text.slice(0, match.index)).trimEnd();
}
