/** Lets long work, step by step, wait for urgent work. */
export class Turns {
  #urgent = 0;
  #waiting: (() => void)[] = [];

  /** Does urgent work; nothing else begins a step meanwhile. */
  async urgent<T>(work: () => Promise<T>): Promise<T> {
    this.#urgent += 1;
    try {
      return await work();
    } finally {
      this.#urgent -= 1;
      if (this.#urgent === 0) for (const resume of this.#waiting.splice(0)) resume();
    }
  }

  /** Resolves when no urgent work goes on. */
  async whenFree(): Promise<void> {
    while (this.#urgent > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
