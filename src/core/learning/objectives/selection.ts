import { keyOf, uniform } from '../../random.ts';
import type { ObjectiveInput, ScoredSample } from './objective.ts';

/** Passing programs per task, so that easy tasks do not crowd out the others. */
const PASSES_PER_TASK = 4;

/**
 * Distinct passing programs, at most `PASSES_PER_TASK` per task, this round's before those of earlier rounds. In the order of
 * tasks, then of samples.
 */
export function distinctPasses(input: ObjectiveInput): ScoredSample[] {
  const fresh = input.samples.filter((sample) => sample.passed);
  return [...byTask(distinct([...fresh, ...input.replay])).values()].flatMap((samples) =>
    samples.slice(0, PASSES_PER_TASK),
  );
}

/** This round's distinct failures by task, those with new feedback first. */
export function variedFailures({ samples }: Pick<ObjectiveInput, 'samples'>): Map<string, ScoredSample[]> {
  const failures = byTask(distinct(samples.filter((sample) => !sample.passed)));
  return new Map([...failures].map(([taskId, some]) => [taskId, variedFirst(some)]));
}

/**
 * As many distinct failures as there are passes. Each task gives as many as it has passes. Tasks without a pass, drawn by
 * seed, fill up the rest with one each. A round without passes keeps one failure per task. With every failure the bad
 * programs outweigh the good ones and the model gets worse.
 */
export function balancedFailures(input: ObjectiveInput, passes: readonly ScoredSample[]): ScoredSample[] {
  const passed = byTask(passes);
  const chosen: ScoredSample[] = [];
  const unsolved: ScoredSample[] = [];
  for (const [taskId, ordered] of variedFailures(input)) {
    const wanted = passed.get(taskId)?.length ?? 0;
    if (wanted > 0) chosen.push(...ordered.slice(0, wanted));
    else unsolved.push(...ordered.slice(0, 1));
  }
  const room = passes.length === 0 ? unsolved.length : Math.max(0, passes.length - chosen.length);
  const drawn = unsolved
    .map((sample) => ({ sample, rank: uniform(input.seed, keyOf(sample.id)) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, room)
    .map(({ sample }) => sample);
  return [...chosen, ...drawn];
}

function distinct(samples: readonly ScoredSample[]): ScoredSample[] {
  const seen = new Set<string>();
  return samples.filter((sample) => {
    const key = `${sample.taskId}\n${sample.hash}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function byTask(samples: readonly ScoredSample[]): Map<string, ScoredSample[]> {
  return Map.groupBy(samples, (sample) => sample.taskId);
}

/** Failures whose first line of feedback is new come first: repeats of one NameError teach nothing new. */
function variedFirst(samples: readonly ScoredSample[]): ScoredSample[] {
  const first: ScoredSample[] = [];
  const rest: ScoredSample[] = [];
  const seen = new Set<string>();
  for (const sample of samples) {
    const kind = sample.feedback.split('\n', 1)[0] ?? '';
    (seen.has(kind) ? rest : first).push(sample);
    seen.add(kind);
  }
  return [...first, ...rest];
}
