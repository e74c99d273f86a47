import type { CompletionContext } from './context.ts';
import { cutAtStop, opensBlock, stopPattern, type Extent } from './extent.ts';
import { repairIndentation } from './indentation.ts';
import { withoutOverlap } from './overlap.ts';
import { withoutPending } from './pending.ts';
import { withoutRepeats } from './repeats.ts';

/** Makes what a model wrote into the text to insert at the cursor; undefined where nothing is left of it. */
export function finishCompletion(
  decoded: string,
  context: CompletionContext,
  pending: string,
  extent: Extent,
): string | undefined {
  const pattern = stopPattern(context, pending, extent);
  const written = withoutFences(cutAtStop(decoded, pattern, extent));
  // A line that was repaired may turn out to stand further out.
  const repaired = cutAtStop(repairIndentation(written, context.unit), pattern, extent);
  const inserted = withoutPending(repaired, pending, opensBlock(context))?.trimEnd();
  if (inserted === undefined) return undefined;
  const piece = extent === 'line' ? (inserted.split('\n')[0] ?? '') : inserted;
  const fresh = withoutRepeats(piece, context.before);
  const text = withoutOverlap(fresh, context.lineAfter, context.below);
  return text.trim() === '' ? undefined : text;
}

/** Text without the fences that chat models put around code, and without what they say behind it. */
export function withoutFences(text: string): string {
  const opened = text.replace(/^\s*```[a-zA-Z]*[ \t]*\n/, '');
  const closing = /(?:^|\n)[ \t]*```/.exec(opened);
  return closing === null ? opened : opened.slice(0, closing.index);
}
