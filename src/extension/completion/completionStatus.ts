import * as vscode from 'vscode';
import type { CompletionFacts } from '../../core/completion/statusText.ts';
import type { CompletedRequest } from '../backend.ts';
import { editorStep } from '../stepWords.ts';

const SNOOZE_MS = 15 * 60_000;
/** Number of requests whose times count. */
const RECENT = 100;

/** Facts about this window's completions for the status item, and the snooze. */
export class CompletionStatus implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #asking = new Set<object>();
  #pausedUntil: Date | undefined;
  #timer: NodeJS.Timeout | undefined;
  #facts: Pick<CompletionFacts, 'model' | 'why' | 'notSetUp' | 'latencies'> & { hash: string | undefined } = {
    model: undefined,
    hash: undefined,
    why: undefined,
    notSetUp: false,
    latencies: [],
  };

  readonly onChanged = this.#changed.event;

  /** Whether a request is in progress. */
  get busy(): boolean {
    return this.#asking.size > 0;
  }

  get paused(): boolean {
    return this.#pausedUntil !== undefined;
  }

  /** `hash` is that of the model that answered last. */
  facts(enabled: boolean): Omit<CompletionFacts, 'verdict'> & { hash: string | undefined } {
    const pausedUntil = this.#pausedUntil?.toLocaleTimeString(undefined, { timeStyle: 'short' });
    return { ...this.#facts, enabled, pausedUntil, busy: this.busy };
  }

  /** Snoozes for 15 minutes, or ends the snooze. */
  snooze(): void {
    clearTimeout(this.#timer);
    if (this.#pausedUntil !== undefined) this.#pausedUntil = undefined;
    else {
      this.#pausedUntil = new Date(Date.now() + SNOOZE_MS);
      this.#timer = setTimeout(() => {
        this.#pausedUntil = undefined;
        this.#changed.fire();
      }, SNOOZE_MS);
    }
    this.#changed.fire();
  }

  /** Counts as busy while `work` runs. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const asking = {};
    this.#asking.add(asking);
    this.#changed.fire();
    try {
      return await work();
    } finally {
      this.#asking.delete(asking);
      this.#changed.fire();
    }
  }

  answered({ shown, cached, model, hash, milliseconds, why, nextStep }: CompletedRequest): void {
    const { model: before, hash: known, latencies } = this.#facts;
    this.#facts = {
      model: model ?? before,
      hash: hash ?? known,
      notSetUp:
        nextStep
          ?.flat()
          .some((part) => typeof part === 'object' && 'action' in part && part.action === 'setUp') ?? false,
      why: why === undefined || nextStep === undefined ? why : `${why} ${editorStep(nextStep)}`,
      latencies: shown && !cached ? [...latencies, milliseconds].slice(-RECENT) : latencies,
    };
    this.#changed.fire();
  }

  /** Notes the reason why a request failed. */
  failed(why: string): void {
    this.#facts = { ...this.#facts, why };
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
  }
}
