import { z } from 'zod';

/** A place in a text, as LSP counts it: zero-based lines and UTF-16 code units. */
export const TextPosition = z.strictObject({ line: z.int().min(0), character: z.int().min(0) });

export const TextRange = z.strictObject({ start: TextPosition, end: TextPosition });
export type TextRange = z.infer<typeof TextRange>;

/** What an editor shows of a program that did not pass. */
export const EditorDiagnostic = z.strictObject({
  range: TextRange,
  /** The feedback, whole. */
  message: z.string(),
  /** The exception's class, or the verdict where there is none. */
  code: z.string(),
  /**
   * The failing check, and the calls that led to the line. `path` names another file of the workspace that the range is
   * a place in; a check without a range has no place of its own.
   */
  related: z.array(
    z.strictObject({ path: z.string().optional(), range: TextRange.optional(), message: z.string() }),
  ),
});
export type EditorDiagnostic = z.infer<typeof EditorDiagnostic>;
