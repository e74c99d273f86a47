/** How a server process ended; null where unknown. */
export interface Ending {
  code: number | null;
  signal: string | null;
  /** Last line of its standard error. */
  lastLine: string;
}

/** The reason in words, with the last output. */
export function whyEnded({ code, signal, lastLine }: Ending): string {
  const how =
    signal !== null
      ? `it was killed by ${signal}`
      : code === null
        ? 'its connection closed'
        : `it exited with code ${code}`;
  return lastLine === '' ? how : `${how}; its last output was: ${lastLine}`;
}

/** Message for a server that is not restarted. */
export function gaveUpWords(why: string): string {
  return `The LeTI server ended 3 times in 3 minutes and was not restarted: ${why}. See the log, then run "LeTI: Restart server".`;
}

/** Period in which crashes count. */
const WINDOW_MS = 3 * 60_000;

/** Decides whether a crashed server restarts: not after the third crash in 3 minutes. */
export class Restarts {
  readonly #most: number;
  #ended: number[] = [];

  constructor(most = 2) {
    this.#most = most;
  }

  /** Counts a crash. True where the server restarts. */
  ended(now: number): boolean {
    this.#ended = [...this.#ended.filter((time) => now - time < WINDOW_MS), now];
    return this.#ended.length <= this.#most;
  }
}
