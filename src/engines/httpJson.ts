import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { InterruptedError } from '../protocol/errors.ts';
import { connectionError, EndpointError } from './endpointError.ts';

/** What a request may take. */
export interface RequestLimits {
  /** From the request to the end of its answer. */
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
}

const EXCERPT = 200;
/** Longer waits that a server asks for count as this one. */
const MOST_RETRY_AFTER_MS = 10 * 60_000;
/** Answers that pass: busy, or a gateway in front of a server that restarts. */
const PASSING_STATUS = new Set([408, 425, 429, 502, 503, 504]);
/** Some servers say this of a passing fault, and some of a request that they will never answer. */
const INTERNAL_ERROR = 500;

/**
 * JSON over HTTP with bounds. Follows no redirect, because the key and the workspace's code would follow it too. Uses the
 * proxy that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name, and trusts the operating system's certificates.
 */
export class HttpJson {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #agent: http.Agent;
  readonly #secure: boolean;

  /** `key` is sent as a bearer token and never appears in an error. */
  constructor(url: string, options: { key: string | undefined; env: NodeJS.ProcessEnv; sockets: number }) {
    this.url = url;
    this.#key = options.key;
    this.#secure = url.startsWith('https:');
    const agent = { keepAlive: true, maxSockets: options.sockets, proxyEnv: options.env };
    this.#agent = this.#secure ? new https.Agent({ ...agent, ...authorities() }) : new http.Agent(agent);
  }

  /**
   * The JSON that a route answers with; undefined where the answer has no content.
   * @throws EndpointError; InterruptedError once the signal is aborted.
   */
  async ask(method: 'GET' | 'POST', route: string, body: unknown, limits: RequestLimits): Promise<unknown> {
    const { status, headers, text } = await this.#send(method, route, body, limits);
    if (status >= 200 && status < 300) {
      if (text.trim() === '') return undefined;
      try {
        return JSON.parse(text) as unknown;
      } catch (error) {
        throw new EndpointError('broken', `its answer to ${route} is not JSON: ${this.#excerpt(text)}`, {
          cause: error,
        });
      }
    }
    throw this.#statusError(status, headers, route, text);
  }

  /** Closes the connections that wait for another request. */
  close(): void {
    this.#agent.destroy();
  }

  #statusError(
    status: number,
    headers: http.IncomingHttpHeaders,
    route: string,
    text: string,
  ): EndpointError {
    if (status >= 300 && status < 400) {
      const target = headers.location === undefined ? 'another address' : this.#excerpt(headers.location);
      const message = `it redirects ${route} to ${target}; LeTI follows no redirect`;
      return new EndpointError('refused', message, { status });
    }
    const said = text.trim() === '' ? '' : `: ${this.#excerpt(text)}`;
    if (PASSING_STATUS.has(status)) {
      const retryAfterMs = retryAfter(headers['retry-after']);
      return new EndpointError('wait', `it answered ${status} to ${route}${said}`, { status, retryAfterMs });
    }
    const trouble = status === INTERNAL_ERROR ? 'broken' : 'refused';
    return new EndpointError(trouble, `it answered ${status} to ${route}${said}`, { status });
  }

  async #send(
    method: string,
    route: string,
    body: unknown,
    { timeoutMs, maxBytes, signal }: RequestLimits,
  ): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    try {
      return await new Promise((resolve, reject) => {
        const request = (this.#secure ? https : http).request(
          this.url + route,
          {
            method,
            agent: this.#agent,
            signal: AbortSignal.any([signal, timeout]),
            headers: {
              accept: 'application/json',
              ...(content === undefined
                ? {}
                : { 'content-type': 'application/json', 'content-length': content.length }),
              ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
            },
          },
          (response) => {
            const parts: Buffer[] = [];
            let bytes = 0;
            response.on('data', (part: Buffer) => {
              bytes += part.length;
              if (bytes > maxBytes) {
                const megabytes = Math.ceil(maxBytes / 1e6);
                response.destroy();
                reject(new EndpointError('broken', `its answer to ${route} is larger than ${megabytes} MB`));
              } else parts.push(part);
            });
            response.on('error', reject);
            response.on('close', () => {
              if (!response.complete)
                reject(
                  new EndpointError('wait', `its answer to ${route} ended in the middle`, {
                    disconnected: true,
                  }),
                );
            });
            response.on('end', () => {
              const text = Buffer.concat(parts).toString('utf8');
              resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
            });
          },
        );
        request.on('error', reject);
        request.end(content);
      });
    } catch (error) {
      if (signal.aborted) throw new InterruptedError();
      if (timeout.aborted) {
        const seconds = Math.round(timeoutMs / 1000);
        throw new EndpointError('wait', `it did not answer ${route} within ${seconds} s`, { cause: error });
      }
      throw error instanceof EndpointError ? error : connectionError(error);
    }
  }

  /** The beginning of what a server wrote, on one line, without the key: some servers repeat it. */
  #excerpt(text: string): string {
    const safe = this.#key === undefined || this.#key === '' ? text : text.replaceAll(this.#key, '[key]');
    const line = safe.replaceAll(/\s+/g, ' ').trim();
    return line.length > EXCERPT ? `${line.slice(0, EXCERPT)}…` : line;
  }
}

/** Milliseconds of a `Retry-After`, which holds seconds or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), MOST_RETRY_AFTER_MS) : undefined;
}

let known: string[] | undefined;

/** Node's certificates, those of `NODE_EXTRA_CA_CERTS`, and the operating system's, which hold a company's own. */
function authorities(): { ca?: string[] } {
  // Node has it since 22.15; before that its own certificates must do.
  const { getCACertificates: read } = tls as Partial<Pick<typeof tls, 'getCACertificates'>>;
  if (read === undefined) return {};
  return { ca: (known ??= [...new Set([...read('default'), ...read('system')])]) };
}
