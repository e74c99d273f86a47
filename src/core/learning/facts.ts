import type { Task } from '../../protocol/task.ts';

/** Characters of one fact. A longer value would leave a small model no room for its answer. */
const MOST_CHARACTERS = 300;
/** Facts in one question. */
const MOST_FACTS = 4;

/** Labels that begin a line of feedback (`renderFeedback`); a check of several lines ends before the next one. */
const LABELS = /^(?:call|got|expected|difference|where|elsewhere in the module|line \d+|\d+ of \d+ checks)\b/;

/**
 * What a failed program's feedback says of the task, in one sentence that shows nothing of the program: what a call must
 * return, or which error must not come. Undefined for empty feedback, as of a program that passed.
 */
export function factOf(feedback: string): string | undefined {
  const lines = feedback.trim().split('\n');
  const error = lines[0] ?? '';
  if (error === '') return undefined;
  const check = checkOf(lines);
  const [call, got, expected] = ['call', 'got', 'expected'].map((label) => valueOf(lines, label));
  const asked = call ?? leftSide(check);
  if (asked !== undefined && expected !== undefined) {
    const instead = got === undefined ? '' : `, not ${quoted(got)}`;
    return `For example, ${quoted(asked)} must return ${quoted(expected)}${instead}.`;
  }
  if (check !== undefined && error.startsWith('AssertionError')) return `This must hold: ${quoted(check)}.`;
  const where = asked === undefined ? '' : ` For example, ${quoted(asked)} must not end so.`;
  return `A wrong answer ended in ${quoted(error)}.${where}`;
}

/** The different facts of several feedbacks, the most frequent first, at most four. */
export function factsOf(feedbacks: readonly string[]): string[] {
  const facts = feedbacks.flatMap((feedback) => factOf(feedback) ?? []);
  return [...Map.groupBy(facts, (fact) => fact)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([fact]) => fact)
    .slice(0, MOST_FACTS);
}

/**
 * A task asked again with facts behind its instruction. All else but the id is that of the task, so the same checks judge its
 * programs. Without facts the task is asked as it was, with other random numbers.
 */
export function factTask(task: Task, facts: readonly string[]): Task {
  return { ...task, id: `${task.id} (again)`, instruction: [task.instruction, ...facts].join('\n\n') };
}

/** The check's text, which may have several lines. */
function checkOf(lines: readonly string[]): string | undefined {
  const first = lines.findIndex((line) => line.startsWith('check: '));
  if (first < 0) return undefined;
  const rest = lines.slice(first + 1);
  const end = rest.findIndex((line) => LABELS.test(line));
  return [lines[first]?.slice('check: '.length), ...(end < 0 ? rest : rest.slice(0, end))].join('\n');
}

function valueOf(lines: readonly string[], label: string): string | undefined {
  return lines.find((line) => line.startsWith(`${label}: `))?.slice(label.length + 2);
}

/** What an assert compares, or what a doctest calls. */
function leftSide(check: string | undefined): string | undefined {
  if (check === undefined) return undefined;
  const compared = /^assert (.+) (?:==|is) [^=]+$/s.exec(check)?.[1];
  if (compared !== undefined) return compared;
  return /^(?!assert\b|self\.)[\w.]+\(.*\)$/s.test(check) ? check : undefined;
}

/** Code in a sentence: on one line, and not too long. */
function quoted(code: string): string {
  const line = code.replaceAll(/\s*\n\s*/g, ' ');
  const short = line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS)}...`;
  return `\`${short}\``;
}
