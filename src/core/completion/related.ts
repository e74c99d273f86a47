/** Words of less than so many letters say nothing about what a name is for. */
const SHORTEST = 3;

/**
 * Whether a name may be of use to what a text asks for: every word of it stands in the text. `is_leap_year` is
 * related to "Return 366 for a leap year"; a body that is still empty names nothing that it will call.
 */
export function isRelated(name: string, asked: ReadonlySet<string>): boolean {
  const parts = wordsOf(name);
  return parts.length > 0 && parts.every((word) => asked.has(word));
}

/** The words of a text or a name, in lower case and without a plural's ending. */
export function wordsOf(text: string): string[] {
  const parts = text
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return parts.filter((part) => part.length >= SHORTEST).map((part) => part.replace(/s$/, ''));
}
