/** Guesses checked at once, at most. */
const MOST = 8;

/**
 * How many tokens to guess at the next step, by how well it went. One guess costs nothing, because a token is never read alone;
 * each more costs a part of a step. A full success doubles the number; else it becomes what was right.
 */
export class DraftLength {
  #length = 4;

  next(): number {
    return this.#length;
  }

  /** Takes how many of the guessed tokens were right. */
  tell(guessed: number, accepted: number): void {
    if (accepted === guessed) this.#length = Math.max(this.#length, Math.min(MOST, guessed * 2));
    else if (guessed > 1) this.#length = Math.max(1, accepted);
  }
}
