/** Longest run of tokens at the end of a text that is looked for earlier in it. */
const LONGEST = 4;

/**
 * Guesses the next tokens: those that followed the last earlier place of the text's last few tokens; of the longest run
 * that has such a place. At most `count`; at most one where that run is the last token alone, which says little; none where
 * no place is found.
 */
export function draftTokens(tokens: readonly number[], count: number): number[] {
  if (count <= 0) return [];
  for (let size = Math.min(LONGEST, tokens.length - 1); size > 0; size -= 1) {
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
