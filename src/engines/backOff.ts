import { pause } from '../process/pause.ts';
import { InterruptedError } from '../protocol/errors.ts';
import { EndpointError } from './endpointError.ts';

/** How often and how long a request is repeated. */
export interface Patience {
  /** Without any good answer for so long, the endpoint is given up. */
  givesUpAfterMs: number;
  firstWaitMs: number;
  longestWaitMs: number;
  /** Answers in a row that break the protocol. */
  mostBroken: number;
}

/** For runs: a server may load a large model again in this time. */
export const RUN_PATIENCE: Patience = {
  givesUpAfterMs: 15 * 60_000,
  firstWaitMs: 500,
  longestWaitMs: 30_000,
  mostBroken: 4,
};
/** For somebody who waits in the editor. */
export const EDITOR_PATIENCE: Patience = { ...RUN_PATIENCE, givesUpAfterMs: 15_000, longestWaitMs: 4000 };

/**
 * Repeats requests to one endpoint, with waits that double. All requests share the time of the last good answer, so that a
 * dead server is given up once and not once per request.
 */
export class BackOff {
  readonly #patience: Patience;
  readonly #onWait: (message: string) => void;
  #lastGood = Date.now();
  #toldUntil = 0;

  /** `onWait` gets a sentence for the progress, at most one per wait. */
  constructor(patience: Patience, onWait: (message: string) => void) {
    this.#patience = patience;
    this.#onWait = onWait;
  }

  /**
   * Does `work` until it succeeds. `reconnect` looks at the server again after its connection was lost.
   * @throws EndpointError when it is refused, stays broken or answers no more; InterruptedError on abort.
   */
  async repeat<T>(work: () => Promise<T>, signal: AbortSignal, reconnect?: () => Promise<void>): Promise<T> {
    let broken = 0;
    // A server that was idle for hours is not late.
    const begun = Date.now();
    for (let tries = 0, lost = false; ; tries += 1) {
      if (signal.aborted) throw new InterruptedError();
      try {
        if (lost) await reconnect?.();
        lost = false;
        const result = await work();
        this.#lastGood = Date.now();
        return result;
      } catch (error) {
        if (!(error instanceof EndpointError) || error.trouble === 'refused') throw error;
        lost ||= error.disconnected;
        broken += error.trouble === 'broken' ? 1 : 0;
        const silentMs = Date.now() - Math.max(begun, this.#lastGood);
        const waitMs = this.#wait(tries, error);
        if (broken >= this.#patience.mostBroken || silentMs + waitMs > this.#patience.givesUpAfterMs) {
          throw error;
        }
        this.#tell(waitMs, error);
        await pause(waitMs, signal);
      }
    }
  }

  #wait(tries: number, { retryAfterMs }: EndpointError): number {
    const { firstWaitMs, longestWaitMs } = this.#patience;
    const doubled = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries, 20));
    // Requests that failed together come back one after the other.
    const spread = doubled * (0.5 + Math.random() / 2);
    return Math.max(retryAfterMs ?? 0, spread);
  }

  #tell(waitMs: number, error: EndpointError): void {
    const now = Date.now();
    if (now < this.#toldUntil) return;
    this.#toldUntil = now + waitMs;
    this.#onWait(`waiting ${Math.max(1, Math.round(waitMs / 1000))} s for the endpoint: ${error.message}`);
  }
}
