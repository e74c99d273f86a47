import { editorDiagnostics } from '../../core/text/editorDiagnostics.ts';
import { renderFeedback } from '../../core/text/feedback.ts';
import { executionJob } from '../../core/text/program.ts';
import type { Executor } from '../../execution/executor.ts';
import { readTaskFile } from '../../harvest/files.ts';
import { requireWritable, writeJsonLines } from '../../harvest/jsonLines.ts';
import { programOfSample, readSamplesFile } from '../../harvest/samples.ts';
import { UserError } from '../../protocol/errors.ts';
import { limitsOf } from '../../protocol/execution.ts';

export interface ExecuteRequest {
  tasksFile: string;
  samplesFile: string;
  /** Where the result lines go; none are written without it. */
  outFile: string | undefined;
  timeoutSeconds: number;
  signal: AbortSignal;
  onProgress: (done: number, total: number, passed: number) => void;
}

export interface ExecuteSummary {
  samples: number;
  passed: number;
  /** Samples by verdict. */
  verdicts: Record<string, number>;
}

/**
 * Runs given programs against their tasks' checks. The result file has the samples' lines in their order, each with
 * `passed`, `verdict`, `feedback`, `tier` and `duration_ms`, and appears whole.
 * @throws UserError (exit code 2) if a sample's task is not in the task file, or the result file cannot be written.
 * The second is found before anything runs.
 */
export async function executeSamples(request: ExecuteRequest, executor: Executor): Promise<ExecuteSummary> {
  if (request.outFile !== undefined) await requireWritable(request.outFile);
  const tasks = new Map((await readTaskFile(request.tasksFile)).map((task) => [task.id, task]));
  const samples = await readSamplesFile(request.samplesFile);
  const jobs = samples.map((sample) => {
    const task = tasks.get(sample.taskId);
    if (task === undefined) {
      throw new UserError(
        `${request.samplesFile}:${sample.line}: expected a task of ${request.tasksFile}, found task_id "${sample.taskId}".`,
        'Choose the task file of these samples.',
        2,
      );
    }
    return { sample, task, program: programOfSample(task, sample.completion) };
  });
  const summary: ExecuteSummary = { samples: samples.length, passed: 0, verdicts: {} };
  let done = 0;
  const lines = await mapFew(
    jobs,
    executor.jobs * WAITING_PER_JOB,
    async ({ sample, task, program }, index) => {
      const job = executionJob(task, program, index, limitsOf(request.timeoutSeconds));
      const result = await executor.execute(job, request.signal);
      const passed = result.verdict === 'passed';
      done += 1;
      summary.passed += passed ? 1 : 0;
      summary.verdicts[result.verdict] = (summary.verdicts[result.verdict] ?? 0) + 1;
      request.onProgress(done, samples.length, summary.passed);
      return {
        ...sample.original,
        passed,
        verdict: result.verdict,
        feedback: renderFeedback(program, result, (text) => text.length / CHARACTERS_PER_TOKEN),
        diagnostics: editorDiagnostics(program, result, task.name),
        tier: executor.tier,
        sealed: result.sealed,
        duration_ms: Math.round(result.durationMs),
      };
    },
  );
  if (request.outFile !== undefined) await writeJsonLines(request.outFile, lines);
  return summary;
}

/** Programs handed to the executor at a time, for each that runs. */
const WAITING_PER_JOB = 3;

/** Like Promise.all over a map, with at most so many under way; the first failure ends it. */
async function mapFew<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}

/** No model is at hand here, so the feedback's budget goes by an average of Python text. */
const CHARACTERS_PER_TOKEN = 3;
