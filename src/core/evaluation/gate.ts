import { pairedDifference, type Estimate, type TaskOutcome } from './statistics.ts';
import { points } from '../text/words.ts';

/** With fewer held-out tasks the gate decides nothing. */
export const GATE_TASKS = 20;
/** Samples per held-out task that the gate needs. */
export const GATE_SAMPLES = 8;
/** The lower bound of the paired interval must be above this, as a share. */
const WORST_LOSS = -0.03;

export interface GateDecision {
  decision: 'promote' | 'refuse' | 'undecided';
  /** One sentence saying why. */
  reason: string;
  difference: Estimate | undefined;
}

/**
 * Decides whether new weights become the active model, from held-out outcomes of the active model and of the candidate, both
 * measured on the exported model. The gate promotes only if the estimate is higher and the lower bound of the paired
 * 95 % interval is above -3 points. With too few tasks it stays undecided: the candidate is kept and not promoted.
 */
export function decide(
  incumbent: readonly TaskOutcome[],
  candidate: readonly TaskOutcome[],
  seed: number,
): GateDecision {
  if (candidate.length < GATE_TASKS) {
    return {
      decision: 'undecided',
      reason: `only ${candidate.length} held-out tasks; ${GATE_TASKS} are needed to tell`,
      difference: candidate.length === 0 ? undefined : pairedDifference(incumbent, candidate, seed),
    };
  }
  if (candidate.some((outcome) => outcome.samples < GATE_SAMPLES)) {
    return {
      decision: 'undecided',
      reason: `fewer than ${GATE_SAMPLES} samples a held-out task`,
      difference: pairedDifference(incumbent, candidate, seed),
    };
  }
  const difference = pairedDifference(incumbent, candidate, seed);
  if (difference === undefined) throw new Error('a gate with held-out tasks has no difference');
  const shown = `${signed(difference.value)} points (95 % interval ${signed(difference.low)} to ${signed(difference.high)})`;
  if (difference.value < 0)
    return { decision: 'refuse', reason: `held-out pass rate fell: ${shown}`, difference };
  if (difference.low <= WORST_LOSS) {
    return {
      decision: 'refuse',
      reason: `a loss of 3 points or more is not ruled out: ${shown}`,
      difference,
    };
  }
  if (difference.value === 0) {
    return { decision: 'refuse', reason: `nothing improved: ${shown}`, difference };
  }
  return { decision: 'promote', reason: `held-out pass rate rose: ${shown}`, difference };
}

function signed(fraction: number): string {
  const text = points(fraction);
  return text.startsWith('-') ? text : `+${text}`;
}
