/** How long a store waits for another process's lock, in milliseconds. */
export const BUSY_MS = 5000;

/** Raise this with every change of the tables, and add a migration. LeTI refuses a store of a newer version. */
export const STORE_VERSION = 6;

/** This index alone answers counts of verdicts, so that no program's text is read for them. */
const VERDICT_INDEX = 'CREATE INDEX samples_by_task ON samples (run, task_id, stage, verdict);';

/** The effort of a batch. Null for batches that an earlier version stored. */
const EFFORT_COLUMNS = ['tokens INTEGER', 'sampling_seconds REAL', 'execution_seconds REAL'];

/** How long a program waited. Null for programs that an earlier version stored. */
const QUEUE_COLUMN = 'queue_ms REAL';

/** Seconds of work, over all parts of a run that was stopped. Null for runs that an earlier version stored. */
const ACTIVE_COLUMN = 'active_seconds REAL';

/** The SQL that brings a store from the version before to each version. */
export const MIGRATIONS: Readonly<Record<number, string>> = {
  2: 'ALTER TABLE samples ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0',
  3: VERDICT_INDEX,
  4: EFFORT_COLUMNS.map((column) => `ALTER TABLE batches ADD COLUMN ${column};`).join('\n'),
  5: `ALTER TABLE samples ADD COLUMN ${QUEUE_COLUMN}`,
  6: `ALTER TABLE runs ADD COLUMN ${ACTIVE_COLUMN}`,
};

export const SCHEMA = `
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  error TEXT,
  config TEXT NOT NULL,
  versions TEXT NOT NULL,
  ${ACTIVE_COLUMN}
) STRICT;

CREATE TABLE run_tasks (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  task_id TEXT NOT NULL,
  side TEXT NOT NULL,
  task TEXT NOT NULL,
  PRIMARY KEY (run, position),
  UNIQUE (run, task_id)
) STRICT;

CREATE TABLE dropped_tasks (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  task_id TEXT NOT NULL,
  path TEXT NOT NULL,
  line INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;

-- A run does each stage once: its result is stored and never computed again.
CREATE TABLE stages (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (run, name)
) STRICT;

-- A batch is stored whole or not at all: if it is here, all of its samples are.
CREATE TABLE batches (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  stage TEXT NOT NULL,
  batch INTEGER NOT NULL,
  record TEXT NOT NULL,
  ${EFFORT_COLUMNS.join(',\n  ')},
  PRIMARY KEY (run, stage, batch)
) STRICT;

CREATE TABLE samples (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  stage TEXT NOT NULL,
  task_id TEXT NOT NULL,
  sample INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  error_type TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  ${QUEUE_COLUMN},
  hash TEXT NOT NULL,
  finish TEXT NOT NULL,
  sealed INTEGER NOT NULL,
  checks_passed INTEGER NOT NULL,
  checks_total INTEGER NOT NULL,
  completion TEXT NOT NULL,
  decoded TEXT NOT NULL,
  feedback TEXT NOT NULL,
  PRIMARY KEY (run, stage, task_id, sample)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  round INTEGER NOT NULL,
  step INTEGER NOT NULL,
  loss REAL NOT NULL,
  learning_rate REAL NOT NULL,
  grad_norm REAL NOT NULL,
  tokens INTEGER NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (run, round, step)
) STRICT;

${VERDICT_INDEX}
`;
