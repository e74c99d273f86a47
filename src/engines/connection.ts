import { z } from 'zod';
import type { ChatFrame } from '../protocol/model.ts';
import type { SamplerEndpoint } from '../protocol/engines.ts';
import { capabilitiesOf, routesOf, type Capabilities } from './capabilities.ts';
import { EndpointError } from './endpointError.ts';
import type { HttpJson, RequestLimits } from './httpJson.ts';
import { FIXED_TEXT, type EndpointTokenizer } from './promptText.ts';

/** What a server said of itself. */
export interface ConnectedServer {
  /** Name and version of the engine. */
  engine: string;
  /** The server's name of the model that is asked. */
  model: string;
  /** Longest prompt with its program, in tokens, where the server says it. */
  contextLength: number | undefined;
  capabilities: Capabilities;
  /** Whether a fixed text has the same token ids there as here; `unknown` where the server cannot say. */
  tokens: 'same' | 'unknown';
  /** SGLang's name for its present weights. */
  weightVersion: string | undefined;
}

const PROBE_MS = 20_000;
const PROBE_BYTES = 8e6;

const Models = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), max_model_len: z.int().positive().nullish() })),
});
const Version = z.looseObject({ version: z.string() });
const Title = z.looseObject({ info: z.looseObject({ title: z.string(), version: z.string() }) });
const Tokens = z.looseObject({ tokens: z.array(z.int()) });
const ModelInfo = z.looseObject({ weight_version: z.string().nullish() });
const Properties = z.looseObject({ build_info: z.string().nullish() });

/**
 * Asks a server for its health, models, version and description, and compares its tokenizer with ours on a fixed text.
 * @throws EndpointError `refused` where it has another model or tokenizer; `wait` while it is not ready.
 */
export async function connect(
  endpoint: SamplerEndpoint,
  http: HttpJson,
  tokenizer: EndpointTokenizer,
  frame: ChatFrame | undefined,
  signal: AbortSignal,
): Promise<ConnectedServer> {
  const limits = { timeoutMs: PROBE_MS, maxBytes: PROBE_BYTES, signal };
  if (endpoint.kind !== 'openai') await http.ask('GET', '/health', undefined, limits);
  const listed = await http.ask('GET', '/v1/models', undefined, limits);
  const models = Models.safeParse(listed);
  if (!models.success) throw new EndpointError('broken', 'its list of models has another form');
  const { data } = models.data;
  const found =
    endpoint.model === undefined ? data[0] : data.find(({ id }) => sameModel(id, endpoint.model ?? ''));
  if (found === undefined) {
    const names = data.map(({ id }) => id).join(', ');
    throw new EndpointError('refused', `it has no model ${endpoint.model ?? ''}, but: ${names || 'none'}`);
  }
  const openApi = await optional(http, '/openapi.json', limits);
  const info =
    endpoint.kind === 'sglang'
      ? ModelInfo.safeParse(await optional(http, '/get_model_info', limits)).data
      : undefined;
  return {
    engine: await engineOf(endpoint, http, openApi, limits),
    model: found.id,
    contextLength: found.max_model_len ?? undefined,
    capabilities: capabilitiesOf(endpoint.kind, openApi),
    tokens: await compareTokens(endpoint, found.id, http, { tokenizer, frame }, routesOf(openApi), limits),
    weightVersion: info?.weight_version ?? undefined,
  };
}

/** Ollama lists `name:latest` for what is asked for as `name`. */
function sameModel(id: string, asked: string): boolean {
  return id === asked || id === `${asked}:latest`;
}

async function engineOf(
  { kind }: SamplerEndpoint,
  http: HttpJson,
  openApi: unknown,
  limits: RequestLimits,
): Promise<string> {
  const versionAt = async (route: string): Promise<string | undefined> =>
    Version.safeParse(await optional(http, route, limits)).data?.version;
  if (kind === 'vllm') return `vLLM ${(await versionAt('/version')) ?? 'of unknown version'}`;
  if (kind === 'sglang') return `SGLang ${(await versionAt('/get_server_info')) ?? 'of unknown version'}`;
  const described = Title.safeParse(openApi).data?.info;
  if (described !== undefined)
    return `${described.title.replaceAll(/[^\x20-\x7e]/g, '').trim()} ${described.version}`;
  const build = Properties.safeParse(await optional(http, '/props', limits)).data?.build_info;
  if (build !== undefined && build !== null) return `llama.cpp ${build}`;
  const ollama = await versionAt('/api/version');
  return ollama === undefined ? 'an OpenAI-compatible server' : `Ollama ${ollama}`;
}

/** Routes that tell token ids, with what each is asked. The first that answers counts. */
function tokenRoutes(kind: SamplerEndpoint['kind'], model: string, text: string): [string, object][] {
  const engine: [string, object] = ['/tokenize', { model, prompt: text, add_special_tokens: false }];
  if (kind !== 'openai') return [engine];
  return [
    ['/extras/tokenize', { input: text }],
    ['/tokenize', { content: text, add_special: false, parse_special: true }],
  ];
}

async function compareTokens(
  { kind }: SamplerEndpoint,
  model: string,
  http: HttpJson,
  { tokenizer, frame }: { tokenizer: EndpointTokenizer; frame: ChatFrame | undefined },
  routes: ReadonlySet<string>,
  limits: RequestLimits,
): Promise<ConnectedServer['tokens']> {
  const text = frame === undefined ? FIXED_TEXT : `${frame.before}${FIXED_TEXT}${frame.after}`;
  const ours = tokenizer.encode([{ kind: 'frame', text }]);
  for (const [route, body] of tokenRoutes(kind, model, text)) {
    if (routes.size > 0 && !routes.has(route)) continue;
    const answered = Tokens.safeParse(await optional(http, route, limits, body));
    if (!answered.success) continue;
    const theirs = answered.data.tokens;
    // A server that begins every text with a token of its own does so here too.
    const same = [theirs, theirs.slice(1)].some((ids) => ids.join() === ours.join());
    if (same) return 'same';
    const at = theirs.findIndex((id, index) => id !== ours[index]);
    throw new EndpointError(
      'refused',
      `its model ${model} has another tokenizer: token ${at} of a fixed text is ${theirs[at] ?? 'missing'} there and ${ours[at] ?? 'missing'} here`,
    );
  }
  return 'unknown';
}

/** The answer of a route that a server may lack; undefined where it lacks it. */
async function optional(
  http: HttpJson,
  route: string,
  limits: RequestLimits,
  body?: object,
): Promise<unknown> {
  try {
    return await http.ask(body === undefined ? 'GET' : 'POST', route, body, limits);
  } catch (error) {
    if (error instanceof EndpointError && error.trouble !== 'wait') return undefined;
    throw error;
  }
}
