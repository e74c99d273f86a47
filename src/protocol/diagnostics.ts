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
  /** The failing check, which has no place in the program's text, and the calls that led to the line. */
  related: z.array(z.strictObject({ range: TextRange.optional(), message: z.string() })),
});
export type EditorDiagnostic = z.infer<typeof EditorDiagnostic>;
