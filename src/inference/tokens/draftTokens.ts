/** Longest run of tokens at the end of a text that is looked for earlier in it. */
const LONGEST_RUN = 4;
/** Most tokens that are guessed at once. */
const MOST_GUESSES = 8;

/**
 * Guesses the next tokens, at most `count` (prompt lookup decoding). It looks for the last few tokens earlier in the text
 * and gives those that followed them there: for the longest run that it finds, at that run's last earlier place. A run of
 * one token says little, so it gives one guess. Returns no tokens where no run is found.
 */
export function draftTokens(tokens: readonly number[], count: number): number[] {
  if (count <= 0) return [];
  for (let size = Math.min(LONGEST_RUN, tokens.length - 1); size > 0; size -= 1) {
    for (let start = tokens.length - size - 1; start >= 0; start -= 1) {
      if (matchesEnd(tokens, start, size)) {
        return tokens.slice(start + size, start + size + (size > 1 ? count : 1));
      }
    }
  }
  return [];
}

function matchesEnd(tokens: readonly number[], start: number, size: number): boolean {
  const end = tokens.length - size;
  for (let at = 0; at < size; at += 1) {
    if (tokens[start + at] !== tokens[end + at]) return false;
  }
  return true;
}

/**
 * How many tokens to guess at the next step. One guess costs nothing, because a single token is never read alone; each
 * further guess adds a part of a step. If all guesses are right, the number doubles. If some are wrong, it becomes the
 * number of right ones.
 */
export class DraftLength {
  #length = 4;

  next(): number {
    return this.#length;
  }

  /** Records how many of the guessed tokens were right. */
  record(guessed: number, accepted: number): void {
    if (accepted === guessed) this.#length = Math.max(this.#length, Math.min(MOST_GUESSES, guessed * 2));
    else if (guessed > 1) this.#length = Math.max(1, accepted);
  }
}
