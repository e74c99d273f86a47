import { quantile } from '../evaluation/statistics.ts';

/** What is known of the completions of a window. */
export interface CompletionFacts {
  enabled: boolean;
  /** Time of day until which they pause. */
  pausedUntil: string | undefined;
  /** Name of the model that wrote the last one. */
  model: string | undefined;
  /** Why the last request showed nothing. */
  why: string | undefined;
  /** Milliseconds until the text, of the last requests that showed one. */
  latencies: readonly number[];
  /** What was last found out by running, while it is true: `passes 3 of 3 tests`. */
  verdict: string | undefined;
}

/** What completions do now, in one line: `LeTI round 1; 24 ms (p50), 180 ms (p95)`. */
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
