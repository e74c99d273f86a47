import { columns, indentOf } from './source.ts';

/**
 * What a model wrote behind a prompt that leaves out the `pending` white space before the cursor, as text to insert at
 * the cursor. Undefined where it cannot stand there: it ends the line that the user is in, goes on with the line
 * above, or stands further out than the cursor.
 */
export function withoutPending(answer: string, pending: string, opensBlock: boolean): string | undefined {
  if (pending === '') return answer;
  const newline = pending.lastIndexOf('\n');
  if (newline === -1) {
    const rest = answer.replace(/^[ \t]+/, '');
    return rest.startsWith('\n') ? undefined : rest;
  }
  const indent = pending.slice(newline + 1);
  const lead = /^\s*\n/.exec(answer)?.[0];
  if (lead === undefined) {
    // `def f(): return 1` on one line is the body of a block that was just opened.
    return opensBlock && /^[ \t]+\S/.test(answer) ? answer.trimStart() : undefined;
  }
  const code = answer.slice(lead.length);
  const got = indentOf(code);
  if (code.trim() === '') return undefined;
  if (got.startsWith(indent)) return code.slice(indent.length);
  // Tabs for blanks or the other way round: the cursor's own white space stands, what lies deeper stays.
  return columns(got) < columns(indent) ? undefined : code.trimStart();
}
