import { points } from '../text/words.ts';
import type { Estimate, TaskOutcome } from './statistics.ts';
import { studentQuantile } from './student.ts';

/**
 * The chance of error that each look may spend, on each side: 5 % in all. Looks are planned beforehand. The sum of their
 * chances bounds the chance of any error, so one may look again after more samples. This is a group-sequential rule with
 * spent error (Lan and DeMets 1983). The last look has the usual 95 % interval. `docs/results/gate.md` measures the rule.
 */
const SPENT = [0.01, 0.015, 0.025];
export const MOST_LOOKS = SPENT.length;
/** With fewer families of held-out tasks the gate decides nothing: the interval of so few is not to be trusted. */
export const GATE_FAMILIES = 6;
/** A gain below this share is not worth more samples. */
const WORTH_SHOWING = 0.01;

/** A held-out task as both models solved it. */
export interface TaskPair {
  family: string;
  before: TaskOutcome;
  after: TaskOutcome;
}

export interface GateDecision {
  /** `undecided` before the last look means: more samples can still decide. */
  decision: 'promote' | 'refuse' | 'undecided';
  /** One sentence saying why. */
  reason: string;
  difference: Estimate | undefined;
}

/**
 * The held-out tasks that both models were measured on, with their outcomes. A task whose programs could not be run on one
 * side is left out on both.
 */
export function pairsOf(
  tasks: readonly { id: string; family: string }[],
  before: readonly TaskOutcome[],
  after: readonly TaskOutcome[],
): TaskPair[] {
  const [of, now] = [before, after].map((side) => new Map(side.map((outcome) => [outcome.taskId, outcome])));
  return tasks.flatMap(({ id, family }) => {
    const [one, other] = [of?.get(id), now?.get(id)];
    return one === undefined || other === undefined ? [] : [{ family, before: one, after: other }];
  });
}

/**
 * Decides whether new weights become the active model, from held-out outcomes of the active model and of the candidate. Both
 * were measured on the exported model with the same random numbers. It promotes if the interval of the gain lies above 0. It
 * refuses if the interval rules out a gain, or if no gain was seen by the last look.
 *
 * @param look the number of this look, from 1 to `looks`
 * @param looks planned looks, at most MOST_LOOKS
 */
export function decide(pairs: readonly TaskPair[], look: number, looks: number): GateDecision {
  const families = new Set(pairs.map(({ family }) => family)).size;
  const difference = gainInterval(pairs, look, looks);
  if (difference === undefined || families < GATE_FAMILIES) {
    const reason = `${families} families of held-out tasks are too few to tell, ${GATE_FAMILIES} are needed`;
    return { decision: 'undecided', reason, difference };
  }
  const { value, low, high } = difference;
  const shown = `${signed(value)} points (${signed(low)} to ${signed(high)})`;
  if (low > 0) return { decision: 'promote', reason: `more held-out programs pass: ${shown}`, difference };
  if (high <= 0)
    return { decision: 'refuse', reason: `no more held-out programs pass: ${shown}`, difference };
  if (high < WORTH_SHOWING)
    return { decision: 'refuse', reason: `a gain of 1 point or more is ruled out: ${shown}`, difference };
  if (look >= looks && value <= 0)
    return { decision: 'refuse', reason: `no gain was seen: ${shown}`, difference };
  return { decision: 'undecided', reason: `the gain may be chance: ${shown}`, difference };
}

/**
 * The mean gain in pass rate per task, with the interval of a look. Families are the units that vary: tasks of one family
 * gain together. Undefined for fewer than two families.
 */
export function gainInterval(pairs: readonly TaskPair[], look: number, looks: number): Estimate | undefined {
  const gains = pairs.map(({ family, before, after }) => ({
    family,
    gain: after.passed / after.samples - before.passed / before.samples,
  }));
  const value = gains.reduce((sum, { gain }) => sum + gain, 0) / Math.max(1, gains.length);
  const sums = [...Map.groupBy(gains, ({ family }) => family).values()].map((members) =>
    members.reduce((sum, { gain }) => sum + gain - value, 0),
  );
  if (sums.length < 2) return undefined;
  const squares = sums.reduce((sum, one) => sum + one ** 2, 0);
  const error = Math.sqrt((sums.length / (sums.length - 1)) * squares) / gains.length;
  const width = error * studentQuantile(1 - spentAt(look, looks), sums.length - 1);
  return { value, low: value - width, high: value + width };
}

/** A run with fewer planned looks spends at its last what later looks would have spent. */
function spentAt(look: number, looks: number): number {
  if (look < looks) return SPENT[look - 1] ?? 0;
  return SPENT.slice(look - 1).reduce((sum, one) => sum + one, 0);
}

/** What a single task adds to the spread of the gain: that of its samples, and that of the gains themselves. */
const SAMPLE_VARIANCE = 2 * 0.15;
const GAIN_VARIANCE = 0.1 ** 2;
/** Of the chance to see a gain, 80 %. */
const POWER = 0.8;

/**
 * The smallest true gain in pass rate that a run shows in four of five cases (docs/results/gate.md), as a share. Undefined
 * where the held-out tasks are too few for any decision.
 *
 * @param families of held-out tasks
 * @param samples programs per held-out task, all looks together
 */
export function detectableGain(families: number, samples: number): number | undefined {
  if (families < GATE_FAMILIES) return undefined;
  const error = Math.sqrt((SAMPLE_VARIANCE / samples + GAIN_VARIANCE) / families);
  const last = SPENT.at(-1) ?? 0;
  return error * (studentQuantile(1 - last, families - 1) + studentQuantile(POWER, families - 1));
}

function signed(fraction: number): string {
  const text = points(fraction);
  return text.startsWith('-') ? text : `+${text}`;
}
