import type { AddedToken } from '../learning/markers.ts';

/** The tokens between which a model that was trained to fill in the middle gets prefix and suffix. */
export interface FillTokens {
  prefix: string;
  suffix: string;
  middle: string;
}

/** Qwen, DeepSeek-like and Llama spellings come last: a tokenizer has one family. */
const FAMILIES: readonly FillTokens[] = [
  { prefix: '<fim_prefix>', suffix: '<fim_suffix>', middle: '<fim_middle>' },
  { prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>' },
  { prefix: '<fim-prefix>', suffix: '<fim-suffix>', middle: '<fim-middle>' },
  { prefix: '<|fim▁begin|>', suffix: '<|fim▁hole|>', middle: '<|fim▁end|>' },
  { prefix: '<｜fim▁begin｜>', suffix: '<｜fim▁hole｜>', middle: '<｜fim▁end｜>' },
  { prefix: '<PRE>', suffix: '<SUF>', middle: '<MID>' },
  { prefix: '▁<PRE>', suffix: '▁<SUF>', middle: '▁<MID>' },
  { prefix: '[PREFIX]', suffix: '[SUFFIX]', middle: '[MIDDLE]' },
];

/** The fill-in tokens of a tokenizer's added tokens; undefined where a family is missing or not whole. */
export function pickFillTokens(added: readonly Pick<AddedToken, 'content'>[]): FillTokens | undefined {
  const known = new Set(added.map(({ content }) => content));
  return FAMILIES.find((family) => Object.values(family).every((token: string) => known.has(token)));
}
