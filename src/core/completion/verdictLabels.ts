import type { TextChange } from './acceptance.ts';
import { functionAround } from './scopes.ts';

/** The result of running a function, at the function's position. */
export interface VerdictLabel {
  /** Offsets of its header and of the end of its last line. */
  start: number;
  end: number;
  /** `passes 3 of 3 tests`, `agrees with 5 of 8 samples`, `not run` */
  words: string;
  failed: boolean;
}

/** A label for the function around an offset. Undefined outside of functions. */
export function labelAt(
  document: string,
  offset: number,
  said: Pick<VerdictLabel, 'words' | 'failed'>,
): VerdictLabel | undefined {
  const around = functionAround(document, offset);
  if (around === undefined) return undefined;
  const { start, end } = around;
  return { start, end: start + document.slice(start, end).trimEnd().length, ...said };
}

/** The labels after a change. A label of an edited function goes, the others move. */
export function labelsAfterChange(
  labels: readonly VerdictLabel[],
  { offset, removed, text }: TextChange,
): VerdictLabel[] {
  const gone = offset + removed;
  const by = text.length - removed;
  return labels.flatMap((label) => {
    if (offset > label.end) return [label];
    const before = removed === 0 ? offset <= label.start : gone <= label.start;
    return before ? [{ ...label, start: label.start + by, end: label.end + by }] : [];
  });
}
