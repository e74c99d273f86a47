import type { PromptSegment } from '../protocol/sampling.ts';

/** What an endpoint needs of the model whose prompts it gets. */
export interface EndpointTokenizer {
  /** Ids of the segments, each tokenised alone; text never gives a special token. */
  encode(segments: readonly PromptSegment[]): number[];
  countTokens(text: string): number;
  /** Spellings of the special tokens. */
  specialTokens: readonly string[];
}

/**
 * A prompt for a server that takes text only, and reads special tokens in all of it. Where text of the workspace or of a
 * program spells one, a space breaks it.
 */
export function promptText(segments: readonly PromptSegment[], specialTokens: readonly string[]): string {
  return segments
    .map(({ kind, text }) => {
      if (kind === 'frame') return text;
      let safe = text;
      for (const token of specialTokens) {
        if (token.length > 1) safe = safe.replaceAll(token, `${token.slice(0, 1)} ${token.slice(1)}`);
      }
      return safe;
    })
    .join('');
}

/** Words, numbers, white space and signs that tokenizers split differently. */
export const FIXED_TEXT =
  'def größe(werte, n=1024):\n    """Σ of 3.14159 and 2026."""\n\t# 日本語 🐍  two  spaces\n    return {k: v ** 2 for k, v in werte.items() if v >= 10000}\n';
