import {
  completionContext,
  type CompletionContext,
  type ContextOptions,
} from '../../src/core/completion/context.ts';

/** A document with its cursor written as `|`. */
export function withCursor(marked: string): { document: string; offset: number } {
  const offset = marked.indexOf('|');
  return { document: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}

/** The context at the `|` of a document. */
export function contextAt(marked: string, options?: ContextOptions): CompletionContext {
  const { document, offset } = withCursor(marked);
  return completionContext(document, offset, options);
}
