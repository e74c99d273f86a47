import { Tokenizer } from '@huggingface/tokenizers';
import { setting, step, UserError } from '../../protocol/errors.ts';
import type { PromptSegment } from '../../protocol/sampling.ts';
import { ByteVocabulary, WHITE_SPACE, type Owed } from './byteVocabulary.ts';
import type { ModelFolder } from '../modelFolder.ts';

/** The part of the library's tokenizer that we use. Its own declarations do not resolve for ES modules. */
interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(
    ids: readonly number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
  id_to_token(id: number): string | undefined;
  normalizer: ((text: string) => string) | null;
  /** The pieces that tokens never cross, spelled in the alphabet of the vocabulary. */
  pre_tokenizer: ((text: string) => string[]) | null;
}
const LibraryTokenizer = Tokenizer as unknown as new (json: object, config: object) => LibraryTokenizer;

/** Most tokens that a prompt gives back: a word of many tokens is read rather than written again. */
const MOST_BACK = 8;
/** What a text begins with whose tokens begin inside a character. */
const BROKEN = '\uFFFD';

/** A prompt in tokens. What it gave back is not among `ids`: the model writes it again (see ByteVocabulary). */
export interface EncodedPrompt {
  ids: number[];
  /** What was given back. */
  owed: Owed;
  /** The same as text. The program begins behind it. */
  given: string;
}

/** A model's tokenizer, for segments of prompts and for the model's output. */
export interface SegmentTokenizer {
  /** The ids of a prompt, of whose last text the end is given back where it may be a part of a longer token. */
  encodePrompt(segments: readonly PromptSegment[]): EncodedPrompt;
  /** Rules for the tokens that write the end of a prompt again. */
  vocabulary: ByteVocabulary;
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
  const vocabulary = new ByteVocabulary(spellings(model));
  const decode = (ids: readonly number[]): string => {
    // A model with a padded vocabulary has more outputs than tokens.
    const known = ids.filter((id) => framed.id_to_token(id) !== undefined);
    if (known.length === 0) return '';
    return framed.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  };
  return {
    encodePrompt: (segments) => {
      const ids = segments.flatMap(encode);
      const last = segments.at(-1);
      const size = last?.kind === 'text' ? sizeOfLastPiece(plain, last.text) : 0;
      let from = ids.length;
      const owed: string[] = [];
      let length = 0;
      // A model reads at least one token before it writes.
      while (from > 1 && length < size) {
        const spelling = vocabulary.spelling(ids[from - 1] ?? -1);
        if (spelling === undefined) break;
        if (ids.length - from >= MOST_BACK && !decode(ids.slice(from)).startsWith(BROKEN)) break;
        from -= 1;
        owed.unshift(spelling);
        length += spelling.length;
      }
      return { ids: ids.slice(0, from), owed, given: decode(ids.slice(from)) };
    },
    vocabulary,
    encodeSegments: (segments) => segments.flatMap(encode),
    decode,
    countTokens: (text) => encode({ text, kind: 'text' }).length,
  };
}

/** Spelling of every token of a byte-level vocabulary except the added ones. Empty for a vocabulary of another kind. */
function spellings({ tokenizer }: ModelFolder): ReadonlyMap<number, string> {
  const { model, decoder, added_tokens: added } = tokenizer;
  if (decoder?.type !== 'ByteLevel' || model.vocab === undefined) return new Map();
  const spelled = new Map(Object.entries(model.vocab).map(([spelling, id]) => [id, spelling]));
  for (const { id } of added) spelled.delete(id);
  return spelled;
}

/**
 * The length in bytes of the last piece of a text: what follows can merge with it, and with nothing before it. White space
 * in front of white space belongs to it, because a line break that follows merges both.
 */
function sizeOfLastPiece({ normalizer, pre_tokenizer: pieces }: LibraryTokenizer, text: string): number {
  const all = pieces?.(normalizer?.(text) ?? text) ?? [];
  let first = all.length - 1;
  while (first > 0 && WHITE_SPACE.test(all[first] ?? '') && WHITE_SPACE.test(all[first - 1] ?? ''))
    first -= 1;
  return all.slice(first).join('').length;
}

function build(model: ModelFolder, added: ModelFolder['tokenizer']['added_tokens']): LibraryTokenizer {
  try {
    return new LibraryTokenizer({ ...model.tokenizer, added_tokens: added }, model.tokenizerConfig);
  } catch (error) {
    throw new UserError(
      `The model's tokenizer.json cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      step`Restore the file, or choose another model with ${setting('model')}.`,
      1,
      { cause: error },
    );
  }
}
