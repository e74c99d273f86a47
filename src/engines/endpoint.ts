import type { SamplerEndpoint } from '../protocol/engines.ts';
import type { ChatFrame } from '../protocol/model.ts';
import type { GeneratedText } from '../protocol/sampling.ts';
import { BackOff, type Patience } from './backOff.ts';
import { connect, type ConnectedServer } from './connection.ts';
import { completionsDialect, generateDialect, type Asked, type Dialect } from './dialects.ts';
import { EndpointError, endpointUserError } from './endpointError.ts';
import { HttpJson } from './httpJson.ts';
import type { EndpointTokenizer } from './promptText.ts';
import { finished, plainStops } from './stops.ts';

export interface EndpointOptions {
  endpoint: SamplerEndpoint;
  tokenizer: EndpointTokenizer;
  /** Around the fixed text that both tokenizers get. */
  frame: ChatFrame | undefined;
  patience: Patience;
  env: NodeJS.ProcessEnv;
  /** Gets a sentence that says what is waited for. */
  onWait: (message: string) => void;
  signal: AbortSignal;
}

/** Of one request, whose programs wait for each other. */
const REQUEST_MS = 15 * 60_000;
const ANSWER_BYTES = 64e6;
/** OpenAI's own servers allow so many stop texts. */
const MOST_STOPS = 4;

/** A program with the number of its tokens. */
export type Written = Pick<GeneratedText, 'text' | 'tokens' | 'finish'>;

/** A connected server: its identity is checked at the start, after every lost connection and with every answer. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #http: HttpJson;
  readonly #backOff: BackOff;
  #server: ConnectedServer;
  #reconnecting: Promise<void> | undefined;
  /** The model to ask where it is another one than the server's own: a LoRA adapter. */
  #adapter: string | undefined;

  private constructor(options: EndpointOptions, http: HttpJson, backOff: BackOff, server: ConnectedServer) {
    this.#options = options;
    this.#http = http;
    this.#backOff = backOff;
    this.#server = server;
  }

  /** @throws UserError that names the address and what is wrong; InterruptedError on abort. */
  static async open(options: EndpointOptions): Promise<Endpoint> {
    const { endpoint, tokenizer, frame, env, signal } = options;
    const http = new HttpJson(endpoint.url, {
      key: env[endpoint.keyVariable],
      env,
      sockets: endpoint.concurrency,
    });
    const backOff = new BackOff(options.patience, options.onWait);
    try {
      const server = await backOff.repeat(() => connect(endpoint, http, tokenizer, frame, signal), signal);
      return new Endpoint(options, http, backOff, server);
    } catch (error) {
      http.close();
      throw userError(endpoint, error, 'be used');
    }
  }

  get server(): ConnectedServer {
    return this.#server;
  }

  /** Engine, version, model and weights, as they are stored with every sample. Holds no key. */
  get engine(): string {
    const { engine, model, tokens, weightVersion, capabilities } = this.#server;
    const weights = this.#adapter ?? weightVersion ?? 'its own';
    const prompts = capabilities.tokensIn ? 'token ids' : 'text';
    const compared = tokens === 'same' ? 'same tokenizer' : 'tokenizer not compared';
    return `${engine}, model ${model}, weights ${weights}, prompts as ${prompts}, ${compared}, ${this.#options.endpoint.url}`;
  }

  /** How many programs one request may ask for. */
  get perRequest(): number {
    return this.#server.capabilities.many ? Number.MAX_SAFE_INTEGER : 1;
  }

  /**
   * Programs for one prompt, cut where `stop` matches. A prompt that leaves no room in the model's context gets empty ones.
   * @throws UserError when the server refuses, lies or stays away; InterruptedError on abort.
   */
  async write(asked: Omit<Asked, 'stops'>, stop: RegExp, signal: AbortSignal): Promise<Written[]> {
    const { tokenizer, endpoint } = this.#options;
    const room = this.#room(tokenizer.encode(asked.prompt).length);
    if (room <= 0)
      return Array.from({ length: asked.count }, () => ({ text: '', tokens: 0, finish: 'length' }));
    const { keepsStop } = this.#server.capabilities;
    const stops = plainStops(stop, keepsStop, endpoint.kind === 'openai' ? MOST_STOPS : Infinity);
    const request = { ...asked, maxTokens: Math.min(asked.maxTokens, room), stops };
    try {
      const programs = await this.#backOff.repeat(
        async () => {
          const dialect = this.#dialect();
          const limits = { timeoutMs: REQUEST_MS, maxBytes: ANSWER_BYTES, signal };
          const answer = await this.#http.ask('POST', dialect.route, dialect.body(request), limits);
          return dialect.programs(answer, request);
        },
        signal,
        () => this.#reconnect(),
      );
      return programs.map(({ text, finish, ids }) => {
        const written = finished(text, finish, stop, stops.length > 0);
        const whole = written.text.length === text.length;
        return {
          ...written,
          tokens: whole && ids !== undefined ? ids.length : tokenizer.countTokens(written.text),
        };
      });
    } catch (error) {
      throw userError(endpoint, error, 'write programs');
    }
  }

  close(): void {
    this.#http.close();
  }

  #room(prompt: number): number {
    const { contextLength } = this.#server;
    return contextLength === undefined ? Infinity : contextLength - prompt;
  }

  #dialect(): Dialect {
    const { tokenizer, endpoint } = this.#options;
    return endpoint.kind === 'sglang'
      ? generateDialect(tokenizer, this.#server.weightVersion)
      : completionsDialect(this.#server, this.#adapter ?? this.#server.model, tokenizer, endpoint);
  }

  /** Another server may listen at the address now. Requests that lost their connection together look once. */
  async #reconnect(): Promise<void> {
    await (this.#reconnecting ??= this.#look().finally(() => {
      this.#reconnecting = undefined;
    }));
  }

  async #look(): Promise<void> {
    const { endpoint, tokenizer, frame, signal } = this.#options;
    const before = this.#server;
    const now = await connect(endpoint, this.#http, tokenizer, frame, signal);
    if (now.model !== before.model) {
      throw new EndpointError(
        'refused',
        `it came back with the model ${now.model} instead of ${before.model}`,
      );
    }
    if (now.weightVersion !== before.weightVersion) {
      const message = `it came back with the weights ${now.weightVersion ?? 'unknown'} instead of ${before.weightVersion ?? 'unknown'}`;
      throw new EndpointError('refused', message);
    }
    this.#server = now;
  }
}

function userError({ url }: SamplerEndpoint, error: unknown, what: string): unknown {
  return error instanceof EndpointError ? endpointUserError(url, error, what) : error;
}
