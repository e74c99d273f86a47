import type { Task } from '../../protocol/task.ts';
import type { RecordedCompletion } from '../../protocol/recordedCompletion.ts';
import { headerText } from '../text/definitionLines.ts';
import { trimCompletion } from '../text/trimming.ts';

/** The id of the workspace task that a recorded completion belongs to. */
export function taskOfRecorded({ path, function: name }: RecordedCompletion): string | undefined {
  return name === undefined ? undefined : `${path}:${name}`;
}

/**
 * The body of a task's function with a completion in it, as a program of that task. Undefined if the function's header or
 * docstring has changed since, because the text then belongs to another task.
 */
export function bodyOfRecorded(task: Task, { source }: RecordedCompletion): string | undefined {
  const { host } = task;
  if (host === undefined || source === undefined) return undefined;
  const header = headerText(task);
  if (header === undefined || !source.startsWith(header)) return undefined;
  const completion = trimCompletion(task, `\n${source.slice(header.length)}`);
  return completion.trim() === '' ? undefined : completion;
}
