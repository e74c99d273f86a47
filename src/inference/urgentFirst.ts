/** Makes long work wait between its steps while urgent work runs: completions go before samples. */
export class UrgentFirst {
  #urgent = 0;
  #waiting: (() => void)[] = [];

  /** Runs urgent work. Until it ends, `whenFree` does not resolve. Rejects as the work does. */
  async urgent<T>(work: () => Promise<T>): Promise<T> {
    this.#urgent += 1;
    try {
      return await work();
    } finally {
      this.#urgent -= 1;
      if (this.#urgent === 0) for (const resume of this.#waiting.splice(0)) resume();
    }
  }

  /** Resolves when no urgent work runs. Long work awaits it before each step. */
  async whenFree(): Promise<void> {
    while (this.#urgent > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
