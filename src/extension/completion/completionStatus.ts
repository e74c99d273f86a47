import * as vscode from 'vscode';
import type { CompletionFacts } from '../../core/completion/statusText.ts';
import type { CompletedRequest } from '../backend.ts';
import { editorStep } from '../stepWords.ts';

const SNOOZE_MS = 15 * 60_000;
/** Requests whose times are remembered. */
const RECENT = 100;

/** What the completions of this window do, and whether they pause. */
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

  /** Whether a request is on its way. */
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

  /** Pauses for a quarter of an hour, or ends the pause. */
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

  /** Notes that a request goes on until `work` is done. */
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

  /** Notes why a request could not be answered. */
  failed(why: string): void {
    this.#facts = { ...this.#facts, why };
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
  }
}
