import type { Survival } from '../../protocol/recordedCompletion.ts';
import type { TextChange } from './acceptance.ts';

/** Offsets of accepted text in its document. */
export interface OffsetRange {
  start: number;
  end: number;
}

/** Beyond this share of changed words the text counts as removed. */
const MOST_EDITED = 0.5;
const MOST_COMPARED = 2000;

/** The range after a change. A change inside the range resizes it. */
export function rangeAfterChange(range: OffsetRange, { offset, removed, text }: TextChange): OffsetRange {
  const gone = offset + removed;
  const by = text.length - removed;
  if (gone <= range.start) return { start: range.start + by, end: range.end + by };
  if (offset >= range.end) return range;
  const start = Math.min(range.start, offset);
  return { start, end: Math.max(start, Math.max(range.end, gone) + by) };
}

/** Compares accepted text with the current text of its range, word by word. White space does not count. */
export function survivalOf(accepted: string, now: string): Survival {
  const [before, after] = [words(accepted), words(now)];
  if (before.join(' ') === after.join(' ')) return 'kept';
  const most = Math.max(before.length, after.length);
  return distance(before, after) / most <= MOST_EDITED ? 'edited' : 'removed';
}

function words(text: string): string[] {
  return (text.match(/\w+|[^\w\s]/g) ?? []).slice(0, MOST_COMPARED);
}

/** Edit distance in words (Levenshtein). */
function distance(a: readonly string[], b: readonly string[]): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  a.forEach((word, row) => {
    const current = [row + 1];
    b.forEach((other, column) => {
      const swap = (above[column] ?? 0) + (word === other ? 0 : 1);
      current.push(Math.min(swap, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    });
    above = current;
  });
  return above[b.length] ?? 0;
}
