import { quantile } from '../evaluation/statistics.ts';

/** Facts about the completions of a window. */
export interface CompletionFacts {
  enabled: boolean;
  /** End of the snooze as a time of day. */
  pausedUntil: string | undefined;
  /** Name of the model of the last completion. */
  model: string | undefined;
  /** Why the last request gave no completion. */
  why: string | undefined;
  /** Times in ms of the last requests with a completion. */
  latencies: readonly number[];
  /** Newest valid result: `passes 3 of 3 tests`. */
  verdict: string | undefined;
}

/** The state of completions in one line: `LeTI round 1; 24 ms (p50), 180 ms (p95)`. */
export function completionStatusText({
  enabled,
  pausedUntil,
  model,
  why,
  latencies,
  verdict,
}: CompletionFacts): string {
  if (!enabled) return 'Completions are off';
  if (pausedUntil !== undefined) return `Completions snoozed until ${pausedUntil}`;
  const sorted = [...latencies].sort((a, b) => a - b);
  const figure = (q: number): string => `${Math.round(quantile(sorted, q))} ms`;
  const speed = sorted.length === 0 ? undefined : `${figure(0.5)} (p50), ${figure(0.95)} (p95)`;
  const nothing = why === undefined ? undefined : `no suggestion: ${why}`;
  const facts = [model, speed, nothing, verdict].filter((fact) => fact !== undefined);
  return facts.length === 0 ? 'Completions start when you type' : facts.join('; ');
}
