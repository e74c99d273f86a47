import { Tokenizer } from '@huggingface/tokenizers';
import { UserError } from '../protocol/errors.ts';
import type { PromptSegment } from '../protocol/sampling.ts';
import type { ModelFolder } from './modelFolder.ts';

/** The part of the library's tokenizer that we use. Its own declarations do not resolve for ES modules. */
interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(
    ids: readonly number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
  id_to_token(id: number): string | undefined;
}
const LibraryTokenizer = Tokenizer as unknown as new (json: object, config: object) => LibraryTokenizer;

/** A model's tokenizer, for segments of prompts and for the model's output. */
export interface SegmentTokenizer {
  /** The ids of the segments, each tokenised alone. A `text` segment never gives a special token, even if it spells one. */
  encodeSegments(segments: readonly PromptSegment[]): number[];
  /** The text of tokens, with special tokens and broken characters. */
  decode(ids: readonly number[]): string;
  /** The number of tokens of plain text. */
  countTokens(text: string): number;
}

/** Makes the tokenizer of a model folder. Throws a UserError if `tokenizer.json` cannot be used. */
export function createTokenizer(model: ModelFolder): SegmentTokenizer {
  const { added_tokens: added } = model.tokenizer;
  const framed = build(model, added);
  const plain = build(
    model,
    added.filter((token) => !token.special),
  );
  const encode = ({ text, kind }: PromptSegment): number[] =>
    (kind === 'frame' ? framed : plain).encode(text, { add_special_tokens: false }).ids;
  return {
    encodeSegments: (segments) => segments.flatMap(encode),
    decode: (ids) => {
      // A model with a padded vocabulary has more outputs than tokens.
      const known = ids.filter((id) => framed.id_to_token(id) !== undefined);
      if (known.length === 0) return '';
      return framed.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
    },
    countTokens: (text) => encode({ text, kind: 'text' }).length,
  };
}

function build(model: ModelFolder, added: ModelFolder['tokenizer']['added_tokens']): LibraryTokenizer {
  try {
    return new LibraryTokenizer({ ...model.tokenizer, added_tokens: added }, model.tokenizerConfig);
  } catch (error) {
    throw new UserError(
      `The model's tokenizer.json cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      'Convert or download the model again, or choose another model.',
      1,
      { cause: error },
    );
  }
}
