import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { RecordedCompletion } from '../protocol/recordedCompletion.ts';
import { CompletionStore } from '../store/completionStore.ts';
import type { WorkspaceFiles } from './folders.ts';

/** What is recorded of a workspace's completions. Each call opens the store and closes it. */
export class RecordedCompletions {
  readonly #file: string;

  constructor({ completions }: Pick<WorkspaceFiles, 'completions'>) {
    this.#file = completions;
  }

  /** Oldest first. */
  list(): RecordedCompletion[] {
    if (!existsSync(this.#file)) return [];
    return this.#open((store) => store.all());
  }

  record(used: RecordedCompletion): void {
    this.#open((store) => {
      store.put(used);
    });
  }

  /** Deletes all of it. */
  async delete(): Promise<void> {
    for (const part of ['', '-wal', '-shm']) await rm(this.#file + part, { force: true });
  }

  #open<T>(work: (store: CompletionStore) => T): T {
    const store = new CompletionStore(this.#file);
    try {
      return work(store);
    } finally {
      store.close();
    }
  }
}
