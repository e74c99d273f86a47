/** A place in a text as editors count it: zero-based line, and zero-based UTF-16 unit in the line. */
export interface Position {
  line: number;
  character: number;
}

/** Offset of a position. Undefined if the text has no such line. A character behind the line's end counts as the end. */
export function offsetAt(text: string, { line, character }: Position): number | undefined {
  let start = 0;
  for (let count = 0; count < line; count += 1) {
    const newline = text.indexOf('\n', start);
    if (newline === -1) return undefined;
    start = newline + 1;
  }
  const end = text.indexOf('\n', start);
  const length = (end === -1 ? text : text.slice(0, end)).slice(start).replace(/\r$/, '').length;
  return start + Math.min(character, length);
}
