/**
 * `node scripts/eventScores.ts TASKS SAMPLES` or `node scripts/eventScores.ts EXPORT`: Arg-I and Arg-C F1 of the programs that
 * `leti evaluate --tasks TASKS --out SAMPLES` or `leti runs RUN --export EXPORT` stored, for each stage that was sampled. Lines are
 * told apart by their keys.
 */
import { argumentScores, type Answer } from '../src/core/argumentScores.ts';
import { extractedEvent } from '../src/core/events.ts';
import { lineError, parseLine, readJsonLines } from '../src/harvest/jsonLines.ts';
import { UserError } from '../src/protocol/errors.ts';
import { Sample } from '../src/protocol/run.ts';
import { Task } from '../src/protocol/task.ts';

/** The answers of each stage, in the order of the files; samples of `leti evaluate` have the stage "evaluate". */
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
    if (gold === undefined) throw lineError(line, `the task "${task.id}" has no event as its reference`);
    // A program that passed gave the right event, however it constructs it.
    const predicted = sample.verdict === 'passed' ? gold : extractedEvent(task.prefix + sample.completion);
    const stage = typeof line.value['stage'] === 'string' ? line.value['stage'] : 'evaluate';
    stages.set(stage, [...(stages.get(stage) ?? []), { gold, predicted }]);
  }
  if (stages.size === 0) {
    throw new UserError(
      `${files.join(', ')}: no sample was found`,
      'Name what `leti evaluate --out` or `leti runs RUN --export` wrote.',
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
    console.error(`${error.message}\n${error.nextStep}`);
    process.exitCode = error.exitCode;
  }
}
