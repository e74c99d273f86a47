import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { InterruptedError } from '../protocol/errors.ts';

const POLL_MS = 500;

/**
 * A lock between processes: an open exclusive SQLite transaction on its own file. The operating system releases it when the
 * process ends for any reason, so there are no stale locks.
 */
export class ExclusiveLock {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Takes the lock, or returns undefined when another holder has it. */
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

  /** Waits until the lock is free. Calls `onWait` once if it has to wait. Throws InterruptedError when `signal` aborts. */
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
