import { z } from 'zod';

/** What speaks at an endpoint. `openai` is any server with OpenAI's routes: llama.cpp, Ollama, LM Studio and others. */
export const EngineKind = z.enum(['vllm', 'sglang', 'openai']);
export type EngineKind = z.infer<typeof EngineKind>;

/** The environment variable that holds the key where no other one is named. */
export const KEY_VARIABLE = 'LETI_ENDPOINT_KEY';

function hasCredentials(url: string): boolean {
  // What is no address is refused by another rule.
  const parsed = URL.parse(url);
  return parsed !== null && (parsed.username !== '' || parsed.password !== '');
}

/** An address of a server. A key in it would be stored and shown with it. */
const ServerUrl = z
  .url({ protocol: /^https?$/, error: 'expected an address that begins with http:// or https://' })
  .refine((url) => !hasCredentials(url), {
    error: 'expected an address without user name and password; name a variable for the key instead',
  })
  .transform((url) => url.replace(/\/+$/, '').replace(/\/v1$/, ''));

/** Name of an environment variable. */
const VariableName = z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of an environment variable');

/**
 * How a round's new weights reach the server: not at all; as a whole model folder that SGLang loads from its disk; or as a
 * folder of LoRA weights that vLLM loads beside its model.
 */
export const WeightTransfer = z.enum(['none', 'merged', 'adapter']);
export type WeightTransfer = z.infer<typeof WeightTransfer>;

/** A server of somebody else's that writes programs for us. Holds no key, only the name of its variable. */
export const SamplerEndpoint = z.strictObject({
  kind: EngineKind.default('openai'),
  /** The server's address, without `/v1`. */
  url: ServerUrl,
  /** The address for weights, where it is another one. */
  adminUrl: ServerUrl.optional(),
  /** The server's name of the model; its first model where it is left out. */
  model: z.string().min(1).optional(),
  keyVariable: VariableName.default(KEY_VARIABLE),
  /** Requests at once. */
  concurrency: z.int().min(1).max(1024).default(16),
  weights: WeightTransfer.default('none'),
  /** A folder here and the same folder as the server sees it, for `weights`. */
  pathMap: z.strictObject({ here: z.string().min(1), there: z.string().min(1) }).optional(),
});
export type SamplerEndpoint = z.infer<typeof SamplerEndpoint>;
