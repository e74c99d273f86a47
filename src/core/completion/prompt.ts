import type { Condition, PromptStyle } from '../../protocol/model.ts';
import type { PromptSegment } from '../../protocol/sampling.ts';
import { bodyInstruction } from '../learning/instructions.ts';
import type { AddedToken } from '../learning/markers.ts';
import { placeVerdict, plain, verdictSegments } from '../learning/prompts.ts';
import type { CompletionContext } from './context.ts';

/** The tokens between which a model that was trained to fill in the middle gets prefix and suffix. */
export interface FillTokens {
  prefix: string;
  suffix: string;
  middle: string;
}

/** How the model in use is asked for completions. */
export interface CompletionStyle extends PromptStyle {
  condition: Condition;
  /** Undefined where the model was not trained to fill in the middle, or was trained under its chat frame since. */
  fill: FillTokens | undefined;
}

export interface CompletionPrompt {
  segments: PromptSegment[];
  /** White space before the cursor that the prompt leaves out: the answer brings it (`withoutOmittedSpace`). */
  omittedSpace: string;
}

const CONTINUE = 'Continue this Python code.';
const FENCE = '```';

/**
 * The prompt whose continuation is the completion. A function is asked for in the words of training, with its header and
 * what is written of it at the end of the answer. It never ends in white space, which the tokenizer would have
 * merged with what follows. `feedback` says what was wrong with an earlier try.
 */
export function completionPrompt(
  context: CompletionContext,
  style: CompletionStyle,
  feedback?: { program: string; text: string },
): CompletionPrompt {
  const written = context.head + context.before;
  const code = written.trimEnd();
  const omittedSpace = written.slice(code.length);
  const verdict = verdictSegments(style, style.condition);
  const text = (content: string): PromptSegment => ({ kind: 'text', text: plain(content, style.markers) });
  if (style.fill !== undefined && feedback === undefined) {
    const { prefix, suffix, middle } = style.fill;
    const segments = [
      { kind: 'frame' as const, text: prefix },
      text(code),
      { kind: 'frame' as const, text: suffix },
    ];
    if (context.after !== '') segments.push(text(context.after));
    segments.push({ kind: 'frame', text: middle });
    // Where a gap is filled there is no answer before which a verdict could stand.
    return { segments: [...verdict, ...segments.filter(full)], omittedSpace };
  }
  const asked = [instruction(context), ...testsText(context.tests), ...feedbackText(feedback)].join('\n\n');
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
    segments: placeVerdict(segments.filter(full), verdict, style),
    // An empty file's answer begins with the line break that the prompt does not end in.
    omittedSpace: code === '' ? `\n${written}` : omittedSpace,
  };
}

function instruction({ function: around }: CompletionContext): string {
  return around === undefined ? CONTINUE : bodyInstruction(around.name, around.docstring);
}

function testsText(tests: readonly string[]): string[] {
  return tests.length === 0 ? [] : [`It must pass:\n\n${tests.join('\n\n')}`];
}

function feedbackText(feedback: { program: string; text: string } | undefined): string[] {
  if (feedback === undefined) return [];
  return [`This was wrong:\n\n${feedback.program}\n\n${feedback.text}`];
}

function full(segment: PromptSegment): boolean {
  return segment.text !== '';
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
