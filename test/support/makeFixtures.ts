/** Makes the fixtures that many suites copy, before two of them wait for the same one. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { finishedRun } from './finishedRun.ts';
import { randomModel } from './fixtures.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-fixtures-'));
try {
  randomModel();
  finishedRun(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
