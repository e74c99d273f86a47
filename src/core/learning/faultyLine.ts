import type { Task } from '../../protocol/task.ts';
import { shownProgram } from '../text/program.ts';

/** A line of the program as `renderFeedback` names it: its number and its text. */
const NAMED = /^line (\d+)\b[^:\n]*: (.*)$/gm;

/** Words that begin a line whatever it does, and so are not at fault. */
const KEYWORD = /^(?:return|yield|if|elif|while|for|with|assert|raise|await)\b ?/;

/**
 * From which to which character of a completion the interpreter stopped, by its feedback: the last of the program's lines that it
 * names, without indentation and the statement's first word. The part begins where tokenizers cut anyway, in front of the
 * space before a word. Undefined where no line of the completion is named, as for a wrong value.
 */
export function blamedPart(
  task: Pick<Task, 'prefix' | 'hole'>,
  completion: string,
  feedback: string,
): [number, number] | undefined {
  const shown = shownProgram(task, completion);
  const lines = shown.split('\n');
  // What stands in front of the completion, with the newline that is shown though nobody wrote it.
  const before = task.prefix.length + shown.length - (task.prefix + completion).trimEnd().length;
  const last = [...feedback.matchAll(NAMED)].at(-1);
  const at = Number(last?.[1] ?? 0) - 1;
  const line = lines[at];
  if (line?.trim() !== last?.[2]?.trim() || line === undefined) return undefined;
  const start = lines.slice(0, at).reduce((sum, text) => sum + text.length + 1, 0);
  const indent = line.length - line.trimStart().length;
  const word = KEYWORD.exec(line.slice(indent))?.[0].trimEnd().length ?? 0;
  // The space before the first word that is at fault belongs to it.
  const first = start + indent + word - (word === 0 && indent > 0 ? 1 : 0);
  const from = Math.max(first - before, 0);
  const to = Math.min(start + line.trimEnd().length - before, completion.length);
  return from < to ? [from, to] : undefined;
}
