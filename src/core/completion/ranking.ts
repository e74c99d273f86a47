import type { Verdict } from '../../protocol/execution.ts';

/** A candidate as it was run, or not: a text without verdict had no checks to run against. */
export interface Candidate {
  text: string;
  verdict?: Verdict;
  checksPassed: number;
  checksTotal: number;
  /** Hash of its syntax tree; candidates that differ in layout or comments share it. */
  astHash?: string;
}

export interface Ranked extends Candidate {
  /** How many of all candidates say the same. */
  agreement: number;
  /** What may honestly be said of it. */
  label: string;
}

/**
 * Candidates without duplicates, the best first: those that pass, then those that pass more checks, then what more
 * candidates agree on, then the shorter.
 */
export function rankCandidates(candidates: readonly Candidate[]): Ranked[] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = candidate.astHash ?? normalised(candidate.text);
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  const ranked = [...groups.values()].map((group): Ranked => {
    const shortest = group.reduce((a, b) => (b.text.length < a.text.length ? b : a));
    const agreement = group.length;
    return { ...shortest, agreement, label: candidateLabel(shortest, agreement, candidates.length) };
  });
  return ranked.sort(
    (a, b) =>
      passes(b) - passes(a) ||
      b.checksPassed - a.checksPassed ||
      b.agreement - a.agreement ||
      a.text.length - b.text.length,
  );
}

/** What was found out, in words that promise no more: run with what result, agreed upon, or not run. */
export function candidateLabel(candidate: Candidate, agreement: number, samples: number): string {
  const { verdict, checksPassed, checksTotal } = candidate;
  if (verdict !== undefined)
    return `passes ${checksPassed} of ${checksTotal} ${checksTotal === 1 ? 'test' : 'tests'}`;
  return samples > 1 ? `agrees with ${agreement} of ${samples} samples` : 'not run';
}

function passes({ verdict }: Candidate): number {
  return verdict === 'passed' ? 1 : 0;
}

/** Text but for white space inside and around its lines. */
function normalised(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '')
    .join('\n');
}
