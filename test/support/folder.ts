import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Called inside `describe`: a folder that is there while the suite's tests run. */
export function useFolder(): () => string {
  let folder = '';
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'leti-test-')));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return () => folder;
}
