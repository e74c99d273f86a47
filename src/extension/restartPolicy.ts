/** How a process of the backend ended, as far as it is known. */
export interface Ending {
  code: number | null;
  signal: string | null;
  /** The last line that it wrote to standard error. */
  lastLine: string;
}

/** Why the backend ended, in words: what it said last says most. */
export function whyEnded({ code, signal, lastLine }: Ending): string {
  const how =
    signal !== null
      ? `it was killed by ${signal}`
      : code === null
        ? 'its connection closed'
        : `it exited with code ${code}`;
  return lastLine === '' ? how : `${how}; its last output was: ${lastLine}`;
}

/** What is said of a backend that is not started again. */
export function gaveUpWords(why: string): string {
  return `The LeTI server ended 3 times in 3 minutes and was not restarted: ${why}. See the log, then run "LeTI: Restart server".`;
}

/** Crashes are counted over this long. */
const WINDOW_MS = 3 * 60_000;

/** Decides whether a backend that ended is started again: not when it is the third time in three minutes. */
export class Restarts {
  readonly #most: number;
  #ended: number[] = [];

  constructor(most = 2) {
    this.#most = most;
  }

  /** Notes an end; true when the backend is to be started again. */
  ended(now: number): boolean {
    this.#ended = [...this.#ended.filter((time) => now - time < WINDOW_MS), now];
    return this.#ended.length <= this.#most;
  }
}
