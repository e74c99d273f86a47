import { stream } from '../random.ts';
import { quantile, type Estimate, type TaskOutcome } from './statistics.ts';

const RESAMPLES = 2000;

export interface CrossedEstimate extends Estimate {
  /** How often chance alone makes a difference of this size or more, either way: twice the share of resamples beyond 0. */
  chance: number;
}

/**
 * Difference of two mean pass rates, resampling tasks and training seeds independently: both vary, and a model of another
 * seed is another model. Seeds are paired where both sides have as many, else the first side counts as known. With fewer than
 * about six seeds the interval is too narrow. Undefined if a seed lacks a task that another one has.
 *
 * @param before outcomes of each seed, each with the same tasks
 * @param after likewise
 * @param seed of the resampling
 */
export function crossedDifference(
  before: readonly (readonly TaskOutcome[])[],
  after: readonly (readonly TaskOutcome[])[],
  seed: number,
): CrossedEstimate | undefined {
  const tasks = before[0]?.map(({ taskId }) => taskId) ?? [];
  const [base, now] = [ratesOf(before, tasks), ratesOf(after, tasks)];
  if (base === undefined || now === undefined || tasks.length === 0 || now.length === 0) return undefined;
  const paired = base.length === now.length;
  const means = tasks.map((_, task) => mean(base.map((rates) => rates[task] ?? 0)));
  const gains = now.map((rates, index) =>
    rates.map((rate, task) => rate - ((paired ? base[index]?.[task] : means[task]) ?? 0)),
  );
  const random = stream(seed);
  const draw = (count: number): number[] => Array.from({ length: count }, () => Math.floor(random() * count));
  const resampled = Array.from({ length: RESAMPLES }, () => {
    const [seeds, chosen] = [draw(gains.length), draw(tasks.length)];
    return mean(seeds.map((one) => mean(chosen.map((task) => gains[one]?.[task] ?? 0))));
  }).sort((a, b) => a - b);
  const beyond = (counts: (value: number) => boolean): number =>
    (resampled.filter(counts).length + 1) / (RESAMPLES + 1);
  return {
    value: mean(gains.map(mean)),
    low: quantile(resampled, 0.025),
    high: quantile(resampled, 0.975),
    chance: Math.min(
      1,
      2 *
        Math.min(
          beyond((value) => value <= 0),
          beyond((value) => value >= 0),
        ),
    ),
  };
}

/**
 * Chances of several comparisons, corrected for their number (Holm 1979): if each below 5 % is called a difference, any of
 * them is wrong in at most 5 % of cases. In the order given.
 */
export function holm(chances: readonly number[]): number[] {
  const ascending = chances.map((chance, index) => ({ chance, index })).sort((a, b) => a.chance - b.chance);
  const corrected = chances.map(() => 1);
  let most = 0;
  ascending.forEach(({ chance, index }, rank) => {
    most = Math.max(most, Math.min(1, chance * (chances.length - rank)));
    corrected[index] = most;
  });
  return corrected;
}

/** Pass rates by seed and task, in the order of `tasks`. Undefined if a seed has other tasks. */
function ratesOf(
  sides: readonly (readonly TaskOutcome[])[],
  tasks: readonly string[],
): number[][] | undefined {
  const rates = sides.map((outcomes) => {
    const known = new Map(outcomes.map(({ taskId, samples, passed }) => [taskId, passed / samples]));
    return known.size === tasks.length ? tasks.flatMap((task) => known.get(task) ?? []) : [];
  });
  return rates.every((one) => one.length === tasks.length) ? rates : undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
