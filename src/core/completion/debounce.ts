/** When keys were pressed last and how long an answer takes. */
export interface Typing {
  /** Times of recent changes in milliseconds, oldest first. */
  changes: readonly number[];
  /** What an answer is expected to take, in milliseconds; undefined before the first. */
  latency: number | undefined;
}

const LEAST_MS = 20;
const MOST_MS = 400;
/** Pauses beyond this are thinking, not typing. */
const THINKING_MS = 1000;
/** Between two keys, before anything is known of the user. */
const UNKNOWN_MS = 100;
const PATIENCE = 1.3;
const RECENT = 12;

/**
 * How long to wait after a key before asking the model: a little more than the user's time between two keys, so that a
 * burst asks once, less what the answer takes anyway. Nothing when asked for by hand or known already.
 */
export function debounceMs(typing: Typing, asked: { manual: boolean; cached: boolean }): number {
  if (asked.manual || asked.cached) return 0;
  const recent = typing.changes.slice(-RECENT);
  const gaps = recent
    .slice(1)
    .map((time, index) => time - (recent[index] ?? time))
    .filter((gap) => gap > 0 && gap < THINKING_MS)
    .sort((a, b) => a - b);
  const usual = gaps[Math.floor(gaps.length / 2)] ?? UNKNOWN_MS;
  const wait = usual * PATIENCE - (typing.latency ?? 0) / 4;
  return Math.round(Math.min(MOST_MS, Math.max(LEAST_MS, wait)));
}
