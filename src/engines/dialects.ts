import { z } from 'zod';
import type { SamplerEndpoint } from '../protocol/engines.ts';
import type { PromptSegment } from '../protocol/sampling.ts';
import { NEUTRAL } from './capabilities.ts';
import type { ConnectedServer } from './connection.ts';
import { EndpointError } from './endpointError.ts';
import { promptText, type EndpointTokenizer } from './promptText.ts';
import type { ServerFinish } from './stops.ts';

/** Several programs for one prompt. */
export interface Asked {
  prompt: readonly PromptSegment[];
  count: number;
  /** Of the first program; the others count on from it. */
  seed: number;
  temperature: number;
  topP: number;
  /** 0 is off. */
  topK: number;
  maxTokens: number;
  stops: readonly string[];
}

/** One program as the server gave it. */
export interface ServerProgram {
  text: string;
  finish: ServerFinish;
  /** Ids of the text, the end token left out; missing where the server does not tell them. */
  ids: readonly number[] | undefined;
}

/** How one kind of server is asked, and how its answer is read. */
export interface Dialect {
  route: string;
  body(asked: Asked): object;
  /** @throws EndpointError where the answer is not what was asked for. */
  programs(answer: unknown, asked: Asked): ServerProgram[];
}

/** A text this much longer than its tokens allow is no answer to what was asked. */
const MOST_CHARACTERS_PER_TOKEN = 256;

const Choice = z.looseObject({
  text: z.string(),
  finish_reason: z.string().nullish(),
  stop_reason: z.union([z.string(), z.int()]).nullish(),
  token_ids: z.array(z.int()).nullish(),
  prompt_token_ids: z.array(z.int()).nullish(),
});
const Completion = z.looseObject({ model: z.string().optional(), choices: z.array(Choice) });

/** OpenAI's `/v1/completions`, with what vLLM and others add to it. `model` is the name that is asked and must answer. */
export function completionsDialect(
  server: ConnectedServer,
  model: string,
  tokenizer: EndpointTokenizer,
  endpoint: SamplerEndpoint,
): Dialect {
  const { capabilities } = server;
  const neutral = Object.entries(NEUTRAL).filter(([name]) => capabilities.extras.has(name));
  const promptOf = (prompt: readonly PromptSegment[]): string | number[] =>
    capabilities.tokensIn ? tokenizer.encode(prompt) : promptText(prompt, tokenizer.specialTokens);
  return {
    route: '/v1/completions',
    body: (asked) => ({
      model,
      prompt: promptOf(asked.prompt),
      max_tokens: asked.maxTokens,
      temperature: asked.temperature,
      top_p: asked.topP,
      ...(capabilities.extras.has('top_k') ? { top_k: topK(asked.topK, endpoint.kind) } : {}),
      ...Object.fromEntries(neutral),
      ...(capabilities.many ? { n: asked.count } : {}),
      ...(capabilities.seed ? { seed: asked.seed } : {}),
      ...(asked.stops.length === 0 ? {} : { stop: asked.stops }),
      ...(capabilities.keepsStop ? { include_stop_str_in_output: true } : {}),
      ...(capabilities.tokensOut ? { return_token_ids: true } : {}),
      stream: false,
    }),
    programs: (answer, asked) => {
      const read = Completion.safeParse(answer);
      if (!read.success) throw new EndpointError('broken', 'its answer is no completion');
      const { choices, model: answered } = read.data;
      // Only vLLM promises to name the model that wrote; others repeat what they were asked, or a path.
      if (endpoint.kind === 'vllm' && answered !== undefined && answered !== model) {
        throw new EndpointError('broken', `${answered} answered instead of ${model}`);
      }
      requireCount(choices.length, asked.count);
      return choices.map(({ text, finish_reason, stop_reason, token_ids, prompt_token_ids }) => {
        requireLength(text, asked.maxTokens);
        if (capabilities.tokensIn && prompt_token_ids !== undefined && prompt_token_ids !== null) {
          requirePrompt(prompt_token_ids, tokenizer.encode(asked.prompt));
        }
        const finish = finishOf(finish_reason, stop_reason);
        return { text, finish, ids: withoutEnd(token_ids ?? undefined, finish) };
      });
    },
  };
}

const Generated = z.looseObject({
  text: z.string(),
  output_ids: z.array(z.int()).nullish(),
  meta_info: z.looseObject({
    finish_reason: z
      .looseObject({ type: z.string(), matched: z.union([z.string(), z.int()]).nullish() })
      .nullish(),
    weight_version: z.string().nullish(),
  }),
});

/** SGLang's own `/generate`: one row per program, because its documents advise against `n`. */
export function generateDialect(tokenizer: EndpointTokenizer, weightVersion: string | undefined): Dialect {
  return {
    route: '/generate',
    body: (asked) => {
      const ids = tokenizer.encode(asked.prompt);
      return {
        input_ids: Array.from({ length: asked.count }, () => ids),
        sampling_params: {
          max_new_tokens: asked.maxTokens,
          temperature: asked.temperature,
          top_p: asked.topP,
          top_k: topK(asked.topK, 'sglang'),
          min_p: 0,
          repetition_penalty: 1,
          stop: asked.stops,
          no_stop_trim: true,
          skip_special_tokens: true,
        },
        stream: false,
      };
    },
    programs: (answer, asked) => {
      const read = z.array(Generated).safeParse(Array.isArray(answer) ? answer : [answer]);
      if (!read.success) throw new EndpointError('broken', 'its answer holds no programs');
      requireCount(read.data.length, asked.count);
      return read.data.map(({ text, output_ids, meta_info }) => {
        requireLength(text, asked.maxTokens);
        const answered = meta_info.weight_version ?? undefined;
        if (weightVersion !== undefined && answered !== undefined && answered !== weightVersion) {
          const message = `its weights ${answered} answered instead of ${weightVersion}; the answer is dropped`;
          throw new EndpointError('broken', message);
        }
        const reason = meta_info.finish_reason;
        // It names the text or the end token at which it stopped.
        const finish: ServerFinish =
          reason?.type === 'stop'
            ? typeof reason.matched === 'string'
              ? 'stop'
              : 'end'
            : finishOf(reason?.type);
        return { text, finish, ids: withoutEnd(output_ids ?? undefined, finish) };
      });
    },
  };
}

/** vLLM and SGLang switch it off with -1, the others with 0. */
function topK(value: number, kind: SamplerEndpoint['kind']): number {
  return value === 0 && kind !== 'openai' ? -1 : value;
}

/** `stop` is undefined where the server does not tell at which text it stopped, and null at the end of text. */
function finishOf(reason: string | null | undefined, stop?: string | number | null): ServerFinish {
  if (reason === 'length') return 'length';
  if (reason !== 'stop') {
    throw new EndpointError('broken', `it ended a program for the reason ${reason ?? 'none'}`);
  }
  if (stop === undefined) return 'ambiguous';
  return typeof stop === 'string' ? 'stop' : 'end';
}

function withoutEnd(ids: readonly number[] | undefined, finish: ServerFinish): readonly number[] | undefined {
  return finish === 'end' ? ids?.slice(0, -1) : ids;
}

function requireCount(got: number, asked: number): void {
  if (got !== asked) throw new EndpointError('broken', `it gave ${got} programs instead of ${asked}`);
}

function requireLength(text: string, maxTokens: number): void {
  if (text.length > (maxTokens + 1) * MOST_CHARACTERS_PER_TOKEN) {
    throw new EndpointError(
      'broken',
      `it wrote ${text.length} characters where ${maxTokens} tokens were asked`,
    );
  }
}

function requirePrompt(theirs: readonly number[], ours: readonly number[]): void {
  if (theirs.join() !== ours.join()) throw new EndpointError('broken', 'it answered another prompt');
}
