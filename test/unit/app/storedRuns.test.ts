import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { UserError } from '../../../src/protocol/errors.ts';
import { startOrResumeRun } from '../../../src/app/runs/run.ts';
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

  describe('of an earlier version', () => {
    const old = { lossOn: 'program', mix: 0, trainFrom: 'newest' };
    const context = (): Parameters<typeof startOrResumeRun>[1] => ({
      interpreter: undefined,
      allowUncontained: false,
      trainerPython: undefined,
      observe: () => undefined,
      signal: new AbortController().signal,
      env: { LETI_HOME: folder },
    });
    const store = (config: object): void => {
      const text = JSON.stringify({ ...DEFAULT_RUN, workspace: folder, ...config });
      damage(`UPDATE runs SET status = 'interrupted', config = '${text}' WHERE id = 'run-2'`);
    };
    const training = {
      ...{ model: 'm', objective: 'unlikelihood', examples: 3, passes: 2, failures: 1, mixed: 4, used: 0 },
      ...{ steps: 1, tokens: 9, seconds: 1, finalLoss: 1, method: 'full', precision: 'float32' },
    };

    it('are shown, whatever options and objective they had', () => {
      store({ ...old, mix: 0.25, verdict: { at: 'answer', times: 3 }, objective: 'unlikelihood' });
      damage(
        `INSERT INTO stages (run, name, ended_at, result) VALUES ('run-2', 'train/1', '', '${JSON.stringify(training)}')`,
      );
      const listed = runs.list().find(({ id }) => id === 'run-2');
      assert.deepEqual([listed?.status, listed?.objective], ['interrupted', 'unlikelihood']);
      const { report } = runs.detail('run-2');
      assert.deepEqual([report.config.objective, report.trainings[0]?.mixed], ['unlikelihood', 4]);
    });

    it('are not resumed if this version would do something else', async () => {
      const refuses = async (config: object, says: RegExp): Promise<void> => {
        store(config);
        await assert.rejects(startOrResumeRun({ workspace: folder, resume: 'run-2' }, context()), (error) => {
          assert.ok(error instanceof UserError);
          assert.match(`${error.message}\n${commandLineStep(error.nextStep)}`, says);
          assert.equal(error.exitCode, 2);
          return true;
        });
      };
      await refuses({ ...old, mix: 0.25, trainFrom: 'first' }, /its options mix, trainFrom\./);
      await refuses({ ...old, objective: 'mutation' }, /mutation[^]*auto, rejection, fcft, sft/);
      await refuses({ objective: 'unchecked' }, /unchecked[^]*auto, rejection, fcft, sft/);
    });

    it('keep their configuration when their options are those of today', () => {
      store(old);
      const reader = new RunStore(workspaceFiles(folder, { LETI_HOME: folder }).store);
      const run = reader.run('run-2');
      reader.close();
      assert.deepEqual(run?.config, { ...DEFAULT_RUN, workspace: folder });
      assert.deepEqual(run.removed, []);
    });
  });

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
