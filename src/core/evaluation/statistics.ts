import type { Percentiles } from '../../protocol/run.ts';
import { stream } from '../random.ts';

/** The passing samples of one task. */
export interface TaskOutcome {
  taskId: string;
  samples: number;
  passed: number;
}

export interface Estimate {
  value: number;
  /** 95 % interval. */
  low: number;
  high: number;
}

const RESAMPLES = 2000;

/**
 * Unbiased pass@k of one task from n samples of which c passed: 1 - C(n-c, k) / C(n, k) (Chen et al. 2021,
 * arXiv 2107.03374, section 2.1). Undefined when there are fewer than k samples.
 */
export function passAtK(n: number, c: number, k: number): number | undefined {
  if (n < k) return undefined;
  if (n - c < k) return 1;
  let missed = 1;
  for (let i = n - c + 1; i <= n; i++) missed *= 1 - k / i;
  return 1 - missed;
}

/** Median and 99th percentile of times in milliseconds, in any order; 0 if there is none. */
export function percentiles(times: readonly number[]): Percentiles {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

/** Mean pass@k over tasks with a bootstrap interval over tasks; undefined without tasks or with too few samples. */
export function estimatePassAtK(
  outcomes: readonly TaskOutcome[],
  k: number,
  seed: number,
): Estimate | undefined {
  const values: number[] = [];
  for (const outcome of outcomes) {
    const value = passAtK(outcome.samples, outcome.passed, k);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return bootstrapMean(values, seed);
}

/** Mean with a percentile bootstrap interval; undefined for no values. */
export function bootstrapMean(values: readonly number[], seed: number): Estimate | undefined {
  if (values.length === 0) return undefined;
  const means: number[] = [];
  const random = stream(seed);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const sum = values.reduce((total) => total + (values[Math.floor(random() * values.length)] ?? 0), 0);
    means.push(sum / values.length);
  }
  means.sort((a, b) => a - b);
  return { value: mean(values), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/**
 * Difference of two mean pass rates over the same tasks, resampling tasks in pairs.
 * @throws Error if the two sides hold different tasks.
 */
export function pairedDifference(
  before: readonly TaskOutcome[],
  after: readonly TaskOutcome[],
  seed: number,
): Estimate | undefined {
  const rates = new Map(before.map((outcome) => [outcome.taskId, outcome.passed / outcome.samples]));
  if (rates.size !== after.length)
    throw new Error('the two sides of a paired comparison hold different tasks');
  const differences = after.map((outcome) => {
    const rate = rates.get(outcome.taskId);
    if (rate === undefined)
      throw new Error(`task ${outcome.taskId} is missing on one side of a paired comparison`);
    return outcome.passed / outcome.samples - rate;
  });
  return bootstrapMean(differences, seed);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value below which the share `q` (0 to 1) of ascending values lies, by the nearest rank; 0 for none. */
export function quantile(sorted: readonly number[], q: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.round(q * (sorted.length - 1))));
  return sorted[index] ?? 0;
}
