import { Tokenizer } from '@huggingface/tokenizers';
import { UserError } from '../protocol/errors.ts';
import type { PromptSegment } from '../protocol/sampling.ts';
import type { ModelFolder } from './modelFolder.ts';

/** What we use of the library's tokenizer; its own declarations do not resolve for ES modules. */
interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(
    ids: readonly number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
  id_to_token(id: number): string | undefined;
}
const LibraryTokenizer = Tokenizer as unknown as new (json: object, config: object) => LibraryTokenizer;

/** A model's tokenizer, for segments of prompts and for what the model writes. */
export interface SegmentTokenizer {
  /** Tokens of the segments, one by one; `text` segments never yield a special token, whatever they spell. */
  encodeSegments(segments: readonly PromptSegment[]): number[];
  /** Text of tokens as it is, special tokens and broken characters included. */
  decode(ids: readonly number[]): string;
  /** Tokens of plain text. */
  countTokens(text: string): number;
}

/** Makes the tokenizer of a model folder; a UserError says what in `tokenizer.json` cannot be used. */
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
      // Models have more output rows than tokens where their vocabulary was padded.
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
