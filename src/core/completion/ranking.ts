import type { Verdict } from '../../protocol/execution.ts';

/** A candidate with its result. Without `verdict` it was not run. */
export interface Candidate {
  text: string;
  verdict?: Verdict;
  checksPassed: number;
  checksTotal: number;
  /** Hash of the syntax tree. Candidates that differ only in layout or comments share it. */
  astHash?: string;
}

export interface Ranked extends Candidate {
  /** Number of equal candidates, this one included. */
  agreement: number;
  /** Result in words, as `candidateLabel` makes them. */
  label: string;
}

/** Removes duplicates and sorts: passing candidates first, then by passed checks, by agreement, and by length. */
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

/** The result in words: passed tests where it was run, agreement of the samples, or `not run`. */
export function candidateLabel(candidate: Candidate, agreement: number, samples: number): string {
  const { verdict, checksPassed, checksTotal } = candidate;
  if (verdict !== undefined)
    return `passes ${checksPassed} of ${checksTotal} ${checksTotal === 1 ? 'test' : 'tests'}`;
  return samples > 1 ? `agrees with ${agreement} of ${samples} samples` : 'not run';
}

/** What to say where candidates were run and none passes: `None of 5 passes`. Undefined where one passes or none was run. */
export function nonePasses(candidates: readonly { verdict?: Verdict | undefined }[]): string | undefined {
  const run = candidates.filter(({ verdict }) => verdict !== undefined);
  if (run.length === 0 || run.some(({ verdict }) => verdict === 'passed')) return undefined;
  return `None of ${run.length} passes`;
}

function passes({ verdict }: Candidate): number {
  return verdict === 'passed' ? 1 : 0;
}

/** Text without white space around lines, and with single spaces inside. */
function normalised(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '')
    .join('\n');
}
