/** Recent key presses and the expected time of an answer. */
export interface Typing {
  /** Times of recent changes in ms, oldest first. */
  changes: readonly number[];
  /** Expected time of an answer in ms; undefined before the first. */
  latency: number | undefined;
}

const LEAST_MS = 20;
const MOST_MS = 400;
/** A longer pause between keys does not count as typing. */
const THINKING_MS = 1000;
/** Assumed time between keys before the first measurement. */
const UNKNOWN_MS = 100;
const PATIENCE = 1.3;
const RECENT = 12;

/**
 * Time in ms to wait after a key before a request: the median time between keys times 1.3, less a quarter of the
 * expected answer time. So a burst of keys makes one request. 0 for manual and cached requests.
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
