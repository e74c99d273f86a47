import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { UserError } from '../../../src/protocol/errors.ts';
import { StoredRuns } from '../../../src/app/runs/storedRuns.ts';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { RunStore } from '../../../src/store/runStore.ts';

describe('stored runs', () => {
  let folder: string;
  let runs: StoredRuns;

  const damage = (sql: string): void => {
    const database = new DatabaseSync(workspaceFiles(folder, { LETI_HOME: folder }).store);
    database.exec(sql);
    database.close();
  };

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'leti-stored-')));
    const env = { LETI_HOME: folder };
    const store = new RunStore(workspaceFiles(folder, env).store);
    for (const id of ['run-1', 'run-2', 'run-3']) {
      store.createRun(id, { ...DEFAULT_RUN, workspace: folder }, {});
      store.setStatus(id, 'finished');
    }
    store.close();
    runs = new StoredRuns(folder, env);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [what, sql] of [
    ['a configuration that is no JSON', "UPDATE runs SET config = '{' WHERE id = 'run-2'"],
    ['a status that there is not', "UPDATE runs SET status = 'lost' WHERE id = 'run-2'"],
    [
      'a stage whose result is none',
      "INSERT INTO stages (run, name, ended_at, result) VALUES ('run-2', 'evaluate/0/train', '', '{}')",
    ],
  ] as const) {
    it(`are all listed when one has ${what}, and that one can be deleted`, async () => {
      damage(sql);
      const listed = runs.list();
      assert.deepEqual(listed.map(({ id }) => id).sort(), ['run-1', 'run-2', 'run-3']);
      const broken = listed.filter(({ status }) => status === 'failed');
      assert.deepEqual(
        broken.map(({ id, error }) => [id, error]),
        [['run-2', 'The record of this run is damaged. Delete the run.']],
      );
      assert.equal(runs.detail('run-3').summary.status, 'finished');
      assert.equal(await runs.size('run-2'), 0);
      await runs.delete('run-2');
      assert.deepEqual(
        runs.list().map(({ id }) => id),
        ['run-3', 'run-1'],
      );
    });
  }

  it('say that the record of one is damaged when it is asked for', () => {
    damage("UPDATE runs SET config = '{' WHERE id = 'run-2'");
    assert.throws(() => runs.detail('run-2'), /record of run run-2 is damaged/);
  });

  it('are not exported to where nothing can be written, which is said', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    for (const place of [path.join(file, 'run.jsonl'), path.join(folder, 'missing', 'run.jsonl')]) {
      await assert.rejects(runs.export('run-1', place), (error) => {
        assert.ok(error instanceof UserError);
        assert.ok(error.message.startsWith(`${place} cannot be written: `), error.message);
        return true;
      });
    }
  });
});
