import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { InterruptedError } from '../protocol/errors.ts';

const POLL_MS = 500;
/** A lock that is only looked at is free again within microseconds. */
const LOOKING_MS = 200;

/**
 * A lock between processes: an open exclusive SQLite transaction on its own file. The operating system releases it when the
 * process ends for any reason, so there are no stale locks.
 */
export class ExclusiveLock {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Takes the lock, or returns undefined when another holder has it. Blocks for 200 ms at most. */
  static tryTake(file: string): ExclusiveLock | undefined {
    mkdirSync(path.dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    try {
      db.exec(`PRAGMA busy_timeout = ${LOOKING_MS}; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE`);
      return new ExclusiveLock(db);
    } catch (error) {
      db.close();
      if (isBusy(error)) return undefined;
      throw error;
    }
  }

  /**
   * Whether anyone has the lock. Only reads, so that those who look never keep each other, or who takes it, from what they
   * do.
   */
  static isHeld(file: string): boolean {
    if (!existsSync(file)) return false;
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      db.prepare('SELECT count(*) FROM sqlite_master').get();
      return false;
    } catch (error) {
      if (isBusy(error)) return true;
      throw error;
    } finally {
      db.close();
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

function isBusy(error: unknown): boolean {
  return /locked|busy/i.test(error instanceof Error ? error.message : '');
}
