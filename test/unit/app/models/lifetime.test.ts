import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  activeModel,
  AGREEMENT_RECORD,
  bestOf,
  exportedFolder,
  keptModels,
  resultOf,
  usableModel,
} from '../../../../src/app/models/lifetime.ts';
import type { Evaluation, RunReport } from '../../../../src/protocol/run.ts';
import { ActiveModels } from '../../../../src/training/active.ts';
import { ModelStore } from '../../../../src/training/modelStore.ts';
import { RECORD } from '../../../support/records.ts';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(16)) as [string, string, string];

describe("a model's lifetime", () => {
  let home: string;
  let store: ModelStore;
  const notices: string[] = [];

  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'leti-lifetime-'));
    notices.length = 0;
    store = new ModelStore(home, (message) => notices.push(message));
    for (const hash of [A, B, C]) write(hash, JSON.stringify(RECORD));
  });
  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  function write(hash: string, record: string): void {
    mkdirSync(path.join(home, 'models', hash), { recursive: true });
    writeFileSync(path.join(home, 'models', hash, 'leti.json'), record);
  }

  function workspace(name: string): string {
    const folder = path.join(home, 'workspaces', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  const hashes = async (): Promise<string[]> => (await store.list()).map(({ hash }) => hash);

  it('skips a damaged record with one notice, and the other models are there', async () => {
    write(A, '{"format": 1, "na');
    assert.deepEqual(await hashes(), [B, C]);
    assert.equal((await store.get(B))?.hash, B);
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? '', new RegExp(`${A}.*damaged.*delete the folder`));
  });

  it('ignores the keys of a newer version, and skips a newer format', async () => {
    write(
      A,
      JSON.stringify({ ...RECORD, objective: 'newest', speed: 3, markers: { ...RECORD.markers, more: 1 } }),
    );
    write(B, JSON.stringify({ ...RECORD, format: 2 }));
    assert.deepEqual(await hashes(), [A, C]);
    assert.match(notices.join(), new RegExp(`${B}.*newer LeTI`));
  });

  it('is usable once it is exported and the export was checked', async () => {
    assert.equal(await usableModel(A, store), undefined);
    const folder = store.exportFolder(A, 'int8');
    mkdirSync(folder, { recursive: true });
    assert.equal(await exportedFolder(A, 'int8', store), undefined);
    writeFileSync(path.join(folder, AGREEMENT_RECORD), '{}');
    assert.equal(await exportedFolder(A, 'int8', store), folder);
    assert.equal((await usableModel(A.slice(0, 6), store))?.hash, A);
    assert.equal(await usableModel('nothing', store), undefined);
  });

  it('is active by the last promotion, which must still be stored', async () => {
    const active = new ActiveModels(workspace('w'));
    assert.equal(await activeModel(active, store, 'default'), 'default');
    await active.promote(A, 'test');
    assert.equal(await activeModel(active, store, 'default'), A);
    await store.remove(A);
    await assert.rejects(activeModel(active, store, 'default'), /no longer stored/);
  });

  it('is kept where it is named, active, or the one to roll back to', async () => {
    await store.setAlias('default', A);
    const active = new ActiveModels(workspace('w'));
    for (const model of ['first', B, C]) await active.promote(model, 'test');
    const kept = await keptModels(home, store);
    assert.deepEqual(
      [A, B, C, 'first'].map((hash) => kept.has(hash)),
      [true, true, true, false],
    );
    assert.deepEqual(kept.unreadable, []);
  });

  it('is kept while it is not known what some workspace uses', async () => {
    writeFileSync(path.join(workspace('w'), 'active-models.json'), 'not JSON');
    const kept = await keptModels(home, store);
    assert.ok(kept.has(A));
    assert.match(kept.unreadable.join(), /active-models\.json is damaged/);
  });

  it("is a run's result if it was promoted, else if it is the best, else if it is the newest", () => {
    const measured = (round: number, model: string, value: number): Evaluation => ({
      ...{ round, model, side: 'held-out', tasks: 1, samples: 1, passedSamples: 0, passedTasks: 0 },
      ...{ sealedSamples: 0, errorTypes: {}, tokensPerProgram: 1 },
      passAt: { '1': { value, low: 0, high: 1 } },
    });
    const heldOut = [measured(0, 'base', 0.9), measured(1, A, 0.5), measured(2, B, 0.5), measured(3, C, 0.1)];
    assert.equal(bestOf(heldOut), B);
    const report = { gates: [], heldOut, trainings: [] as unknown[] } as unknown as RunReport;
    assert.equal(resultOf(report), B);
    assert.equal(
      resultOf({ ...report, gates: [{ round: 1, decision: 'promote', reason: '', model: A }] }),
      A,
    );
    const trained = [{ round: 1, model: C, examples: 3 }] as unknown as RunReport['trainings'];
    assert.equal(resultOf({ ...report, heldOut: [], trainings: trained }), C);
    assert.equal(resultOf({ ...report, heldOut: [] }), undefined);
  });
});
