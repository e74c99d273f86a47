import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../protocol/errors.ts';

/**
 * Holds a workspace for one run. The lock is an open exclusive SQLite transaction: the operating system releases it
 * when the process dies in whatever way, so there are no stale locks to clean.
 */
export class RunLock {
  readonly #db: DatabaseSync;

  /** Throws a UserError when another process holds the workspace. */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.#db = new DatabaseSync(file);
    try {
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    } catch (error) {
      this.#db.close();
      throw new UserError(
        'Another LeTI run is going on in this workspace.',
        'Wait for it or stop it (Ctrl-C), then start again.',
        1,
        { cause: error },
      );
    }
  }

  release(): void {
    this.#db.close();
  }
}

/** Whether a run is going on in the workspace of this lock file. */
export function isHeld(file: string): boolean {
  try {
    new RunLock(file).release();
    return false;
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
}
