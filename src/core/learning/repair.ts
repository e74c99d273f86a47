import type { Task } from '../../protocol/task.ts';
import type { Sample } from '../../protocol/run.ts';
import { shownProgram } from '../text/program.ts';
import { FENCE } from '../text/trimming.ts';

/** A long program or feedback would leave a small model no room for its answer. */
const MOST_CHARACTERS = 2000;

/**
 * The task of writing another body for a function that fails: its instruction shows the failing program and what the
 * interpreter said of it. But for its name all else is the task's, so its programs are judged as any others are.
 */
export function repairTask(task: Task, failing: { completion: string; feedback: string }): Task {
  const instruction = [
    task.instruction,
    'This program is wrong:',
    `${FENCE}python\n${bounded(shownProgram(task, failing.completion))}\n${FENCE}`,
    `The interpreter says:\n${bounded(failing.feedback.trimEnd())}`,
    'Write it correctly.',
  ].join('\n\n');
  return { ...task, id: `${task.id} (repair)`, instruction };
}

/** The feedback that most of the programs that failed got; empty where none failed. */
export function commonFeedback(samples: readonly Pick<Sample, 'verdict' | 'feedback'>[]): string {
  const failed = samples.filter(({ verdict }) => verdict !== 'passed');
  const groups = [...Map.groupBy(failed, ({ feedback }) => feedback)];
  return groups.sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? '';
}

function bounded(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}\n...`;
}
