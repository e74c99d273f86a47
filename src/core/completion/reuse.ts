/** What was last shown: the text before it on its line and above, and the text itself. */
export interface Shown {
  prefix: string;
  suffix: string;
  text: string;
}

/**
 * What is left of a shown text after the user typed its beginning; undefined where something else was typed or
 * all of it.
 */
export function restOf(shown: Shown, prefix: string, suffix: string): string | undefined {
  if (suffix !== shown.suffix || !prefix.startsWith(shown.prefix)) return undefined;
  const typed = prefix.slice(shown.prefix.length);
  if (!shown.text.startsWith(typed) || typed.length >= shown.text.length) return undefined;
  return shown.text.slice(typed.length);
}
