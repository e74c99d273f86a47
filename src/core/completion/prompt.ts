import type { Condition, PromptStyle } from '../../protocol/model.ts';
import type { PromptSegment } from '../../protocol/sampling.ts';
import { bodyInstruction } from '../learning/instructions.ts';
import type { AddedToken } from '../learning/markers.ts';
import { plain, verdictSegments } from '../learning/prompts.ts';
import type { CompletionContext } from './context.ts';
import { FENCE } from '../text/trimming.ts';

/** The special tokens of fill-in-the-middle models. */
export interface FillTokens {
  prefix: string;
  suffix: string;
  middle: string;
}

/** Prompt style of the active model. */
export interface CompletionStyle extends PromptStyle {
  condition: Condition;
  /** Undefined where the model was not trained to fill in the middle, or was trained since under its chat frame. */
  fill: FillTokens | undefined;
}

export interface CompletionPrompt {
  segments: PromptSegment[];
  /** White space before the cursor that the prompt omits. The model writes it; `withoutOmittedSpace` removes it. */
  omittedSpace: string;
}

const CONTINUE = 'Continue this Python code.';

/**
 * The prompt whose continuation is the completion. It words a function as in training and puts its header and existing
 * code at the end. It never ends in white space, because tokenizers merge white space with the next word. `facts`
 * are what failed programs showed. The programs themselves are not shown: models repeat them (docs/results/second-tries.md).
 */
export function completionPrompt(
  context: CompletionContext,
  style: CompletionStyle,
  facts: readonly string[] = [],
): CompletionPrompt {
  const written = context.head + context.before;
  const code = written.trimEnd();
  const omittedSpace = written.slice(code.length);
  const verdict = verdictSegments(style, style.condition);
  const text = (content: string): PromptSegment => ({ kind: 'text', text: plain(content, style.markers) });
  if (style.fill !== undefined && facts.length === 0) {
    const { prefix, suffix, middle } = style.fill;
    const segments = [
      { kind: 'frame' as const, text: prefix },
      text(code),
      { kind: 'frame' as const, text: suffix },
    ];
    if (context.after !== '') segments.push(text(context.after));
    segments.push({ kind: 'frame', text: middle });
    return { segments: [...verdict, ...segments.filter(full)], omittedSpace };
  }
  const asked = [instruction(context), ...testsText(context.tests), ...facts].join('\n\n');
  const frame = style.frame;
  const segments =
    frame === undefined
      ? [text(`"""\n${asked}\n"""\n${code}`.trimEnd())]
      : [
          { kind: 'frame' as const, text: frame.before },
          text(asked),
          { kind: 'frame' as const, text: frame.after },
          text(`${FENCE}python\n${code}`.trimEnd()),
        ];
  return {
    segments: [...verdict, ...segments.filter(full)],
    // The answer for an empty file begins with the line break that the prompt omits.
    omittedSpace: code === '' ? `\n${written}` : omittedSpace,
  };
}

function instruction({ function: around }: CompletionContext): string {
  return around === undefined ? CONTINUE : bodyInstruction(around.name, around.docstring);
}

function testsText(tests: readonly string[]): string[] {
  return tests.length === 0 ? [] : [`It must pass:\n\n${tests.join('\n\n')}`];
}

function full(segment: PromptSegment): boolean {
  return segment.text !== '';
}

/** Spellings by model family. A tokenizer has the tokens of one family. */
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

/** The fill-in tokens of a tokenizer. Undefined where no family is complete. */
export function pickFillTokens(added: readonly Pick<AddedToken, 'content'>[]): FillTokens | undefined {
  const known = new Set(added.map(({ content }) => content));
  return FAMILIES.find((family) => Object.values(family).every((token: string) => known.has(token)));
}
