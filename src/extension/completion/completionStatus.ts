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
  #facts: Pick<CompletionFacts, 'model' | 'why' | 'latencies'> = {
    model: undefined,
    why: undefined,
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

  facts(enabled: boolean): Omit<CompletionFacts, 'verdict'> {
    const pausedUntil = this.#pausedUntil?.toLocaleTimeString(undefined, { timeStyle: 'short' });
    return { ...this.#facts, enabled, pausedUntil };
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

  answered({ shown, model, milliseconds, why, nextStep }: CompletedRequest): void {
    const { model: before, latencies } = this.#facts;
    this.#facts = {
      model: model ?? before,
      why: why === undefined || nextStep === undefined ? why : `${why} ${editorStep(nextStep)}`,
      latencies: shown ? [...latencies, milliseconds].slice(-RECENT) : latencies,
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
