/** Guesses checked at once, at most. */
const MOST = 8;
/** Steps without guesses after guesses that failed, at most. */
const LONGEST_REST = 32;

/**
 * How many tokens to guess at the next step, by how well it went: a guess that fails costs a part of a step. Each full success
 * doubles the number; a failure halves it, and what fails at one guess rests, twice as long each time.
 */
export class DraftLength {
  #length = 4;
  #rest = 0;
  #longestRest = 1;

  next(): number {
    if (this.#rest > 0) {
      this.#rest -= 1;
      return 0;
    }
    return this.#length;
  }

  /** Takes how many of the guessed tokens were right. */
  tell(guessed: number, accepted: number): void {
    if (accepted > 0) {
      this.#longestRest = 1;
      this.#length = accepted === guessed ? Math.min(MOST, guessed * 2) : Math.max(1, accepted);
      return;
    }
    if (this.#length === 1) {
      this.#rest = this.#longestRest;
      this.#longestRest = Math.min(LONGEST_REST, this.#longestRest * 2);
    }
    this.#length = Math.max(1, this.#length >> 1);
  }
}
