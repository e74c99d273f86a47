import type { Readable } from 'node:stream';

/** Characters of one line, unless the caller says otherwise. No message of LeTI's processes comes near it. */
const LONGEST_LINE = 64 << 20;

/**
 * Calls `onLine` with each whole line of a stream of UTF-8 text, without its end, and with the last one when the stream
 * ends. A character that two chunks share stays whole. A line beyond `longest` characters goes to `onTooLong`; then no
 * more is read, so that a child cannot fill the memory.
 */
export function eachLine(
  input: Readable,
  onLine: (line: string) => void,
  onTooLong: () => void = () => undefined,
  longest = LONGEST_LINE,
): void {
  let rest = '';
  let open = true;
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    if (!open) return;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (rest.length <= longest) return;
    open = false;
    rest = '';
    onTooLong();
  });
  input.on('end', () => {
    if (open && rest !== '') onLine(rest);
    rest = '';
  });
}
