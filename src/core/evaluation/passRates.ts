import type { Evaluation, Sample, Side, Timing } from '../../protocol/run.ts';
import { estimatePassAtK, percentiles, type TaskOutcome } from './statistics.ts';

/** Whether a program ran to its checks and passed or failed them. No error of another kind stopped it. */
export function reachesChecks({ verdict, errorType }: Pick<Sample, 'verdict' | 'errorType'>): boolean {
  return verdict === 'passed' || errorType === 'AssertionError';
}

/**
 * The number of each task's samples that pass, or that `counts` accepts, in the order of the given tasks. Harness errors do
 * not count.
 */
export function outcomesOf(
  taskIds: readonly string[],
  samples: readonly Sample[],
  counts: (sample: Sample) => boolean = ({ verdict }) => verdict === 'passed',
): TaskOutcome[] {
  const outcomes = new Map(taskIds.map((taskId) => [taskId, { taskId, samples: 0, passed: 0 }]));
  for (const sample of samples) {
    if (sample.verdict === 'harness_error') continue;
    const outcome = outcomes.get(sample.taskId);
    if (outcome === undefined)
      throw new Error(`a sample belongs to task ${sample.taskId}, which was not evaluated`);
    outcome.samples += 1;
    if (counts(sample)) outcome.passed += 1;
  }
  return [...outcomes.values()].filter((outcome) => outcome.samples > 0);
}

/** Pass rates with intervals, error types and length of one stage's samples. A k above the number of samples is left out. */
export function evaluate(
  stage: {
    round: number;
    side: Side;
    model: string;
    taskIds: readonly string[];
    seed: number;
    ks: readonly number[];
  },
  samples: readonly Sample[],
): Evaluation {
  const outcomes = outcomesOf(stage.taskIds, samples);
  const passAt: Evaluation['passAt'] = {};
  for (const k of stage.ks) {
    const estimate = estimatePassAtK(outcomes, k, stage.seed);
    if (estimate !== undefined) passAt[String(k)] = estimate;
  }
  const errorTypes: Record<string, number> = {};
  for (const sample of samples) errorTypes[sample.errorType] = (errorTypes[sample.errorType] ?? 0) + 1;
  const tokens = samples.reduce((sum, sample) => sum + sample.tokens, 0);
  const timing = timingOf(samples);
  return {
    round: stage.round,
    side: stage.side,
    model: stage.model,
    tasks: outcomes.length,
    samples: samples.length,
    passedSamples: outcomes.reduce((sum, outcome) => sum + outcome.passed, 0),
    passedTasks: outcomes.filter((outcome) => outcome.passed > 0).length,
    sealedSamples: samples.filter((sample) => sample.sealed).length,
    passAt,
    errorTypes,
    tokensPerProgram: samples.length === 0 ? 0 : tokens / samples.length,
    ...(timing === undefined ? {} : { timing }),
  };
}

/** Times that programs ran and waited, in milliseconds. Undefined if no sample has them. */
function timingOf(samples: readonly Sample[]): Timing | undefined {
  const known = samples.filter(({ verdict }) => verdict !== 'harness_error');
  const waits = known.flatMap(({ queueMs }) => queueMs ?? []);
  if (waits.length === 0) return undefined;
  return { run: percentiles(known.map(({ durationMs }) => durationMs)), queue: percentiles(waits) };
}
