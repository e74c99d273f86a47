/**
 * `node examples/events/scores.ts TASKS SAMPLES` or `node examples/events/scores.ts EXPORT` prints Arg-I and Arg-C F1 for each
 * stage. `leti evaluate --tasks TASKS --out SAMPLES` and `leti runs RUN --export EXPORT` write these files.
 */
import { commandLineStep } from '../../src/cli/stepWords.ts';
import { lineError, parseLine, readJsonLines } from '../../src/harvest/jsonLines.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { Sample } from '../../src/protocol/run.ts';
import { Task } from '../../src/protocol/task.ts';
import { extractedEvent, type ExtractedEvent } from './events.ts';

/** Counts of arguments over all events, and the rates from them (micro-averaged). */
export interface Score {
  predicted: number;
  gold: number;
  correct: number;
  precision: number;
  recall: number;
  f1: number;
}

export interface ArgumentScores {
  /** Arg-I: the words are those of one of the event's arguments. */
  identification: Score;
  /** Arg-C: the words and the role are those of one of the event's arguments. */
  classification: Score;
}

/** One answer to one sentence. `predicted` is undefined if the program constructs no event. */
export interface Answer {
  gold: ExtractedEvent;
  predicted: ExtractedEvent | undefined;
}

/**
 * Arg-I and Arg-C F1 of event argument extraction. An event of another class has no correct argument. An argument
 * that a program gives twice counts as correct once.
 */
export function argumentScores(answers: readonly Answer[]): ArgumentScores {
  return {
    identification: score(answers, ({ text }) => JSON.stringify(text)),
    classification: score(answers, ({ role, text }) => JSON.stringify([role, text])),
  };
}

function score(answers: readonly Answer[], key: (argument: { role: string; text: string }) => string): Score {
  const counts = { predicted: 0, gold: 0, correct: 0 };
  for (const { gold, predicted } of answers) {
    const left = gold.arguments.map(({ role, text }) => key({ role, text: text ?? '' }));
    counts.gold += left.length;
    for (const { role, text } of predicted?.arguments ?? []) {
      counts.predicted++;
      const at = text === undefined || predicted?.type !== gold.type ? -1 : left.indexOf(key({ role, text }));
      if (at === -1) continue;
      left.splice(at, 1);
      counts.correct++;
    }
  }
  const precision = share(counts.correct, counts.predicted);
  const recall = share(counts.correct, counts.gold);
  return { ...counts, precision, recall, f1: share(2 * precision * recall, precision + recall) };
}

/** The ratio, or 0 if `whole` is 0. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/**
 * The answers of each stage, in the order of the files. Samples of `leti evaluate` have the stage "evaluate".
 * @throws UserError if a line is wrong, a task is missing or the files hold no sample.
 */
export async function answersOf(files: readonly string[]): Promise<Map<string, Answer[]>> {
  const lines = (await Promise.all(files.map(readJsonLines))).flat();
  const tasks = new Map<string, Task>();
  for (const line of lines) {
    const value = line.value['kind'] === 'task' ? line.value['task'] : line.value;
    if (typeof value !== 'object' || value === null || !('checks' in value)) continue;
    const task = parseLine({ ...line, value: { ...value } }, Task, 'a task');
    tasks.set(task.id, task);
  }
  const stages = new Map<string, Answer[]>();
  for (const line of lines) {
    const inner = line.value['kind'] === 'sample' ? line.value['sample'] : line.value;
    if (typeof inner !== 'object' || inner === null || !('taskId' in inner)) continue;
    const sample = parseLine({ ...line, value: { ...inner } }, Sample, 'a sample');
    const task = tasks.get(sample.taskId);
    if (task === undefined) throw lineError(line, `no file holds the task "${sample.taskId}"`);
    const gold = extractedEvent(task.prefix + (task.reference ?? ''));
    if (gold === undefined) throw lineError(line, `the task "${task.id}" has no event in its reference`);
    // A program that passed returned the right event, even if it constructs it in another way.
    const predicted = sample.verdict === 'passed' ? gold : extractedEvent(task.prefix + sample.completion);
    const stage = typeof line.value['stage'] === 'string' ? line.value['stage'] : 'evaluate';
    stages.set(stage, [...(stages.get(stage) ?? []), { gold, predicted }]);
  }
  if (stages.size === 0) {
    throw new UserError(
      `There is no sample in these files: ${files.join(', ') || 'none was named'}`,
      'Name a file that `leti evaluate --out` or `leti runs RUN --export` wrote.',
      2,
    );
  }
  return stages;
}

if (import.meta.main) {
  try {
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(8);
    for (const [stage, answers] of await answersOf(process.argv.slice(2))) {
      const { identification, classification } = argumentScores(answers);
      console.log(`${stage}: ${answers.length} programs, ${identification.gold} arguments`);
      for (const [name, score] of [
        ['Arg-I', identification],
        ['Arg-C', classification],
      ] as const) {
        console.log(
          `  ${name}  F1 ${percent(score.f1)}  precision ${percent(score.precision)}  recall ${percent(score.recall)}`,
        );
      }
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`${error.message}\n${commandLineStep(error.nextStep)}`);
    process.exitCode = error.exitCode;
  }
}
