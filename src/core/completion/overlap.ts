import { balance } from './indentation.ts';
import { mask } from './source.ts';

/**
 * A completion without what follows the cursor already: the rest of its line (brackets and quotes that the editor
 * closed), and the lines below. A bracket that the completion itself opened is its own.
 */
export function withoutOverlap(text: string, lineAfter: string, below: string): string {
  return withoutLinesBelow(withoutRestOfLine(text, lineAfter.trim()), lineAfter, below);
}

function withoutRestOfLine(text: string, rest: string): string {
  for (let length = Math.min(rest.length, text.length); length > 0; length -= 1) {
    if (!text.endsWith(rest.slice(0, length))) continue;
    const kept = text.slice(0, -length);
    if (balance(mask(kept).text) <= 0) return kept.trimEnd();
  }
  return text;
}

/** Drops the last lines where they are the first ones below. */
function withoutLinesBelow(text: string, lineAfter: string, below: string): string {
  if (lineAfter.trim() !== '') return text;
  const following = below.split('\n').filter((line) => line.trim() !== '');
  const lines = text.split('\n');
  for (let from = 0; from < lines.length; from += 1) {
    const tail = lines.slice(from).filter((line) => line.trim() !== '');
    if (tail.length === 0 || tail.length > following.length) continue;
    const same = tail.every((line, index) => {
      const other = following[index] ?? '';
      // The completion's first line has its indentation before the cursor.
      return from + index === 0 ? line.trim() === other.trim() : line.trimEnd() === other.trimEnd();
    });
    if (same) return lines.slice(0, from).join('\n').trimEnd();
  }
  return text;
}
