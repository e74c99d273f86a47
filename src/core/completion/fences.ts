/** Text without the fences that chat models put around code, and without what they say behind it. */
export function withoutFences(text: string): string {
  const opened = text.replace(/^\s*```[a-zA-Z]*[ \t]*\n/, '');
  const closing = /(?:^|\n)[ \t]*```/.exec(opened);
  return closing === null ? opened : opened.slice(0, closing.index);
}
