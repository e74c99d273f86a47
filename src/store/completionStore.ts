import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ZodError } from 'zod';
import { diskError } from '../process/diskError.ts';
import { UserError } from '../protocol/errors.ts';
import { RecordedCompletion } from '../protocol/recordedCompletion.ts';
import { BUSY_MS } from './schema.ts';

const VERSION = 1;
/** Most completions that are stored per workspace. New ones replace the oldest. */
const MOST_KEPT = 500;

/**
 * The recorded completions of a workspace. They have their own SQLite file, so that the user can delete it alone. Every
 * write is a transaction, and several windows may write.
 */
export class CompletionStore {
  readonly #db: DatabaseSync;

  /** Opens or creates the store. Throws a UserError for a damaged or newer file and leaves that file unchanged. */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    try {
      this.#db = new DatabaseSync(file, { timeout: BUSY_MS });
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      this.#create(file);
    } catch (error) {
      if (error instanceof UserError) throw error;
      const refused = diskError(error, file);
      if (refused !== undefined) throw refused;
      throw new UserError(
        `The recorded completions cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        `Remove ${file}; what it holds is lost.`,
        1,
        { cause: error },
      );
    }
  }

  close(): void {
    this.#db.close();
  }

  /** Adds a record, or replaces the earlier record of the same completion. */
  put(record: RecordedCompletion): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.#db
        .prepare(
          'INSERT INTO completions (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record',
        )
        .run(record.id, JSON.stringify(record));
      this.#db
        .prepare('DELETE FROM completions WHERE position <= (SELECT max(position) FROM completions) - ?')
        .run(MOST_KEPT);
      this.#db.exec('COMMIT');
    } catch (error) {
      // A full disk has ended the transaction already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** All records, the oldest first, without damaged ones. */
  all(): RecordedCompletion[] {
    return this.#db
      .prepare('SELECT record FROM completions ORDER BY position')
      .all()
      .flatMap(({ record }) => readable(String(record)) ?? []);
  }

  #create(file: string): void {
    const version = Number(this.#db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version > VERSION) {
      throw new UserError(
        `${file} was written by a newer LeTI (version ${version}, this one reads ${VERSION}).`,
        'Update LeTI, or delete what completions recorded.',
      );
    }
    if (version === VERSION) return;
    this.#db.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS completions (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        record TEXT NOT NULL
      ) STRICT;
      PRAGMA user_version = ${VERSION};
      COMMIT;
    `);
  }
}

function readable(record: string): RecordedCompletion | undefined {
  try {
    return RecordedCompletion.parse(JSON.parse(record));
  } catch (error) {
    if (error instanceof ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
