import { z } from 'zod';
import type { EngineKind } from '../protocol/engines.ts';

/** What one server understands. Decides what it is asked. */
export interface Capabilities {
  /** A prompt as token ids. Without it the prompt is text. */
  tokensIn: boolean;
  /** The ids of what it wrote. */
  tokensOut: boolean;
  /** Several programs per request. */
  many: boolean;
  seed: boolean;
  /** It leaves the text in at which it stopped. */
  keepsStop: boolean;
  /** Names of settings beyond OpenAI's that it takes. */
  extras: ReadonlySet<string>;
}

/** Settings that servers have defaults of their own for, with the value that changes nothing. */
export const NEUTRAL: Readonly<Record<string, number>> = {
  min_p: 0,
  repetition_penalty: 1,
  repeat_penalty: 1,
};
const EXTRAS = ['top_k', ...Object.keys(NEUTRAL)];

const Property = z.looseObject({});
const OpenApi = z.looseObject({
  paths: z.record(z.string(), z.unknown()),
  components: z.looseObject({
    schemas: z.record(z.string(), z.looseObject({ properties: z.record(z.string(), Property).optional() })),
  }),
});

/** Without a published description: what the documents of the kind promise. */
const BY_KIND: Readonly<Record<EngineKind, Capabilities>> = {
  vllm: {
    tokensIn: true,
    tokensOut: true,
    many: true,
    seed: true,
    keepsStop: true,
    extras: new Set(['top_k', 'min_p', 'repetition_penalty']),
  },
  sglang: {
    tokensIn: true,
    tokensOut: true,
    many: true,
    seed: false,
    keepsStop: true,
    extras: new Set(['top_k', 'min_p', 'repetition_penalty']),
  },
  // Servers without a description ignore what they do not know, as llama.cpp and Ollama do.
  openai: {
    tokensIn: false,
    tokensOut: false,
    many: false,
    seed: true,
    keepsStop: false,
    extras: new Set(EXTRAS),
  },
};

/**
 * Capabilities by the server's `openapi.json`, else by its kind. SGLang is asked by its own route, whose description names
 * no properties.
 */
export function capabilitiesOf(kind: EngineKind, openApi: unknown): Capabilities {
  const described = OpenApi.safeParse(openApi);
  if (kind === 'sglang' || !described.success) return BY_KIND[kind];
  const { schemas } = described.data.components;
  const asked = (schemas['CompletionRequest'] ?? schemas['CreateCompletionRequest'])?.properties;
  if (asked === undefined) return BY_KIND[kind];
  return {
    tokensIn: kind === 'vllm' && JSON.stringify(asked['prompt'] ?? {}).includes('"integer"'),
    tokensOut: 'return_token_ids' in asked,
    // llama.cpp's Python server has the property and ignores it.
    many: kind === 'vllm' && 'n' in asked,
    seed: 'seed' in asked,
    keepsStop: 'include_stop_str_in_output' in asked,
    extras: new Set(EXTRAS.filter((name) => name in asked)),
  };
}

/** The routes of a server's description; empty where it publishes none. */
export function routesOf(openApi: unknown): ReadonlySet<string> {
  const described = OpenApi.safeParse(openApi);
  return new Set(described.success ? Object.keys(described.data.paths) : []);
}
