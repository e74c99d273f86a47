import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { InterruptedError } from '../protocol/errors.ts';

const POLL_MS = 500;

/**
 * A lock between processes: an open exclusive SQLite transaction on a file of its own. The operating system lets go of
 * it when the process dies in whatever way, so there are no stale locks.
 */
export class ExclusiveLock {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Undefined when another holder has it. */
  static tryTake(file: string): ExclusiveLock | undefined {
    mkdirSync(path.dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    try {
      db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
      return new ExclusiveLock(db);
    } catch (error) {
      db.close();
      if (/locked|busy/i.test(error instanceof Error ? error.message : '')) return undefined;
      throw error;
    }
  }

  /** Waits until the lock is free. `onWait` is called once if it has to. */
  static async take(file: string, signal: AbortSignal, onWait: () => void): Promise<ExclusiveLock> {
    for (let attempt = 0; ; attempt++) {
      const lock = ExclusiveLock.tryTake(file);
      if (lock !== undefined) return lock;
      if (attempt === 0) onWait();
      if (signal.aborted) throw new InterruptedError();
      await sleep(POLL_MS);
    }
  }

  release(): void {
    this.#db.close();
  }
}
