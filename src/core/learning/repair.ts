import type { Task } from '../../protocol/task.ts';
import type { Sample } from '../../protocol/run.ts';
import { shownProgram } from '../text/program.ts';
import { FENCE } from '../text/trimming.ts';

/** Characters of a program or its feedback. A longer text would leave a small model no room for its answer. */
const MOST_CHARACTERS = 2000;

/**
 * The task of correcting a failing program: its instruction shows the program and its feedback. All else except the id is that
 * of the task, so the same checks judge its programs.
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

/** The most frequent feedback of the failed programs; empty if none failed. */
export function commonFeedback(samples: readonly Pick<Sample, 'verdict' | 'feedback'>[]): string {
  const failed = samples.filter(({ verdict }) => verdict !== 'passed');
  const groups = [...Map.groupBy(failed, ({ feedback }) => feedback)];
  return groups.sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? '';
}

function bounded(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}\n...`;
}
