import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import type { EngineKind } from '../../src/protocol/engines.ts';

/** Ids of a text, and back. */
export interface ConformanceTokenizer {
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
}

/** One program that the server writes: its text, without what stands behind a stop. */
export type Writer = (prompt: string, seed: number) => string;

/** What happens to a request instead of an answer by the rules; undefined leaves it to them. */
export type Fault = (
  request: { route: string; count: number; body: unknown },
  response: ServerResponse,
) => 'handled' | undefined;

/** Bodies of vLLM's `CompletionRequest`, with the fields that we send; others are refused, although vLLM ignores them. */
const VllmRequest = z.strictObject({
  model: z.string(),
  prompt: z.array(z.int()),
  n: z.int().positive(),
  max_tokens: z.int().positive(),
  temperature: z.number(),
  top_p: z.number(),
  top_k: z.int().refine((value) => value === -1 || value > 0),
  min_p: z.number(),
  repetition_penalty: z.literal(1),
  seed: z.int().max(2 ** 63 - 1),
  stop: z.array(z.string()).optional(),
  include_stop_str_in_output: z.literal(true),
  return_token_ids: z.literal(true),
  stream: z.literal(false),
});
const SglangRequest = z.strictObject({
  input_ids: z.array(z.array(z.int())),
  sampling_params: z.strictObject({
    max_new_tokens: z.int().positive(),
    temperature: z.number(),
    top_p: z.number(),
    top_k: z.int().refine((value) => value === -1 || value > 0),
    min_p: z.number(),
    repetition_penalty: z.literal(1),
    stop: z.array(z.string()),
    no_stop_trim: z.literal(true),
    skip_special_tokens: z.literal(true),
  }),
  stream: z.literal(false),
});
/** llama.cpp's Python server: its `CreateCompletionRequest`. */
const LlamaRequest = z.strictObject({
  model: z.string(),
  prompt: z.string(),
  max_tokens: z.int().positive(),
  temperature: z.number(),
  top_p: z.number(),
  top_k: z.int().min(0),
  min_p: z.number(),
  repeat_penalty: z.number(),
  seed: z.int().max(2 ** 31),
  stop: z.array(z.string()).max(4).optional(),
  stream: z.literal(false),
});

const properties = (shape: object, prompt: object): object => ({
  properties: { ...Object.fromEntries(Object.keys(shape).map((name) => [name, {}])), prompt },
});
/** The parts of the published descriptions that LeTI reads. SGLang's describes no property of `/generate`. */
const OPEN_API: Record<EngineKind, object> = {
  vllm: {
    info: { title: 'FastAPI', version: '0.1.0' },
    paths: Object.fromEntries(
      ['/health', '/tokenize', '/v1/models', '/version', '/v1/completions'].map((route) => [route, {}]),
    ),
    components: {
      schemas: {
        CompletionRequest: properties(VllmRequest.shape, {
          anyOf: [{ items: { type: 'integer' }, type: 'array' }, { type: 'string' }],
        }),
      },
    },
  },
  sglang: {
    info: { title: 'FastAPI', version: '0.1.0' },
    paths: Object.fromEntries(
      ['/health', '/generate', '/tokenize', '/v1/models', '/get_model_info'].map((route) => [route, {}]),
    ),
    components: { schemas: {} },
  },
  openai: {
    info: { title: '🦙 llama.cpp Python API', version: '0.3.36' },
    paths: Object.fromEntries(
      ['/v1/completions', '/v1/models', '/extras/tokenize'].map((route) => [route, {}]),
    ),
    components: {
      schemas: { CreateCompletionRequest: properties({ ...LlamaRequest.shape, n: 1 }, { type: 'string' }) },
    },
  },
};

/**
 * A conformance server, not an engine: it speaks the routes of vLLM, SGLang or llama.cpp's Python server as their OpenAPI
 * documents describe them, on loopback, and writes what a function says. Bodies that do not fit get status 400.
 */
export class ConformanceServer {
  readonly kind: EngineKind;
  readonly #tokenizer: ConformanceTokenizer;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  /** Bodies of the requests that write programs. */
  readonly asked: unknown[] = [];
  /** Header of each request. */
  readonly keys: (string | undefined)[] = [];
  write: Writer = () => '\n    return x\n```';
  fault: Fault = () => undefined;
  model = 'served-model';
  version = '0.29.1';
  weightVersion = 'default';
  contextLength = 2048;
  /** Milliseconds that a request for programs takes. */
  latency: () => number = () => 0;
  /** Requests for programs that are open now, and the most that were. */
  open = 0;
  mostOpen = 0;
  #count = 0;

  constructor(kind: EngineKind, tokenizer: ConformanceTokenizer) {
    this.kind = kind;
    this.#tokenizer = tokenizer;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        send(response, 500, { error: String(error) });
      });
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it, again at its old port where it had one. */
  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Ends it with all its connections, in the middle of what they do. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = request.url ?? '';
    let text = '';
    for await (const part of request) text += String(part);
    const body = text === '' ? undefined : (JSON.parse(text) as unknown);
    this.keys.push(request.headers.authorization);
    const writes = route === '/v1/completions' || route === '/generate';
    if (writes) {
      this.#count += 1;
      this.open += 1;
      this.mostOpen = Math.max(this.mostOpen, this.open);
    }
    try {
      if (this.fault({ route, count: this.#count, body }, response) === 'handled') return;
      const ms = writes ? this.latency() : 0;
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      const [status, answer] = this.#byTheRules(route, body);
      send(response, status, answer);
    } finally {
      if (writes) this.open -= 1;
    }
  }

  #byTheRules(route: string, body: unknown): [number, unknown] {
    switch (`${this.kind} ${route}`) {
      case 'vllm /health':
      case 'sglang /health':
        return [200, undefined];
      case 'vllm /version':
      case 'sglang /get_server_info':
        return [200, { version: this.version }];
      case 'sglang /get_model_info':
        return [200, { model_path: this.model, weight_version: this.weightVersion }];
      case 'vllm /tokenize':
      case 'sglang /tokenize': {
        const asked = z.object({ prompt: z.string(), add_special_tokens: z.literal(false) }).parse(body);
        const tokens = this.#tokenizer.encode(asked.prompt);
        return [200, { count: tokens.length, max_model_len: this.contextLength, tokens }];
      }
      case 'openai /extras/tokenize':
        return [200, { tokens: this.#tokenizer.encode(z.object({ input: z.string() }).parse(body).input) }];
      case 'vllm /v1/completions':
        return this.#vllm(body);
      case 'sglang /generate':
        return this.#sglang(body);
      case 'openai /v1/completions':
        return this.#llama(body);
      default:
        break;
    }
    if (route === '/v1/models') {
      const length = this.kind === 'openai' ? {} : { max_model_len: this.contextLength };
      return [200, { object: 'list', data: [{ id: this.model, object: 'model', ...length }] }];
    }
    if (route === '/openapi.json') return [200, OPEN_API[this.kind]];
    return [404, { detail: 'Not Found' }];
  }

  #vllm(body: unknown): [number, unknown] {
    const read = VllmRequest.safeParse(body);
    if (!read.success) return [400, { error: z.prettifyError(read.error) }];
    this.asked.push(read.data);
    const { model, prompt, n, seed, stop, max_tokens } = read.data;
    if (model !== this.model) return [404, { error: { message: `The model ${model} does not exist.` } }];
    const choices = Array.from({ length: n }, (_, index) => {
      const { text, reason, stopped } = this.#write(prompt, seed + index, stop, max_tokens, true);
      return {
        index,
        text,
        finish_reason: reason,
        stop_reason: stopped ?? null,
        token_ids: [
          ...this.#tokenizer.encode(text),
          ...(reason === 'stop' && stopped === undefined ? [0] : []),
        ],
        prompt_token_ids: prompt,
      };
    });
    return [200, { id: 'cmpl-1', object: 'text_completion', model, choices, usage: {} }];
  }

  #sglang(body: unknown): [number, unknown] {
    const read = SglangRequest.safeParse(body);
    if (!read.success) return [400, { error: z.prettifyError(read.error) }];
    this.asked.push(read.data);
    const { input_ids, sampling_params: params } = read.data;
    return [
      200,
      input_ids.map((ids, index) => {
        const { text, reason, stopped } = this.#write(ids, index, params.stop, params.max_new_tokens, true);
        const matched = reason === 'stop' ? { matched: stopped ?? 0 } : {};
        return {
          text,
          output_ids: [
            ...this.#tokenizer.encode(text),
            ...(reason === 'stop' && stopped === undefined ? [0] : []),
          ],
          meta_info: { finish_reason: { type: reason, ...matched }, weight_version: this.weightVersion },
        };
      }),
    ];
  }

  #llama(body: unknown): [number, unknown] {
    const read = LlamaRequest.safeParse(body);
    if (!read.success) return [422, { detail: z.prettifyError(read.error) }];
    this.asked.push(read.data);
    const { prompt, seed, stop, max_tokens } = read.data;
    const ids = this.#tokenizer.encode(prompt);
    const { text, reason } = this.#write(ids, seed, stop, max_tokens, false);
    return [
      200,
      {
        id: 'cmpl-1',
        object: 'text_completion',
        model: '/models/x.gguf',
        choices: [{ index: 0, text, logprobs: null, finish_reason: reason }],
      },
    ];
  }

  #write(
    prompt: readonly number[],
    seed: number,
    stops: readonly string[] | undefined,
    maxTokens: number,
    keepsStop: boolean,
  ): { text: string; reason: 'stop' | 'length'; stopped: string | undefined } {
    let text = this.write(this.#tokenizer.decode(prompt), seed);
    const ids = this.#tokenizer.encode(text);
    const tooLong = ids.length > maxTokens;
    if (tooLong) text = this.#tokenizer.decode(ids.slice(0, maxTokens));
    const found = (stops ?? [])
      .map((stop) => ({ stop, at: text.indexOf(stop) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0];
    if (found === undefined) return { text, reason: tooLong ? 'length' : 'stop', stopped: undefined };
    const end = found.at + (keepsStop ? found.stop.length : 0);
    return { text: text.slice(0, end), reason: 'stop', stopped: found.stop };
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.writableEnded || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
