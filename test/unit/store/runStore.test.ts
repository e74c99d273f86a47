import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import type { Sample } from '../../../src/protocol/run.ts';
import { ExclusiveLock } from '../../../src/process/exclusiveLock.ts';
import { lockWorkspace } from '../../../src/store/runLock.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { bareTask } from '../../support/tasks.ts';

const RECORD = { model: 'm', engine: 'e', condition: 'none', tier: 'T2' } as const;

describe('the run store', () => {
  let folder: string;
  let file: string;
  let store: RunStore;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-store-'));
    file = path.join(folder, 'deep', 'runs.sqlite');
    store = new RunStore(file);
    store.createRun('r1', { ...DEFAULT_RUN, workspace: '/w' }, { node: 'v24' });
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives back what it was given, opened again', () => {
    const hostile = 'x = "\u0000\u2028<|good|>\uffff";\n' + 'é'.repeat(1000);
    const samples = [sample('b', 0), sample('a', 1, hostile), { ...sample('a', 0), queueMs: 0.5 }];
    const dropped = [{ id: 'd', path: 'm.py', line: 3, reason: 'flaky' }];
    store.saveTasks(
      'r1',
      [
        { task: bareTask({ id: 'z' }), side: 'held-out' },
        { task: bareTask(), side: 'train' },
      ],
      dropped,
    );
    store.saveBatch('r1', 's', 0, RECORD, samples);
    store.saveStep('r1', step(1, 2.5));
    store.saveStep('r1', step(1, 2));
    store.finishStage('r1', 's', { fine: true });
    store.setStatus('r1', 'failed', 'why');
    store.close();
    store = new RunStore(file);
    assert.deepEqual(store.samples('r1', 's'), [samples[2], samples[1], samples[0]]);
    assert.deepEqual(
      store.tasks('r1').map(({ task, side }) => [task.id, side]),
      [
        ['z', 'held-out'],
        ['t/f', 'train'],
      ],
    );
    assert.deepEqual(store.dropped('r1'), dropped);
    assert.deepEqual(store.steps('r1'), [step(1, 2)]);
    assert.deepEqual(store.stage('r1', 's', z.object({ fine: z.boolean() })), { fine: true });
    const run = store.run('r1');
    assert.deepEqual([run?.status, run?.error, run?.versions['node']], ['failed', 'why', 'v24']);
    assert.ok(run?.endedAt !== undefined);
  });

  it('keeps a batch whole or not at all', () => {
    assert.throws(() => {
      store.saveBatch('r1', 's', 0, RECORD, [sample('a', 0), sample('a', 0)]);
    });
    assert.deepEqual([store.batches('r1', 's').size, store.samples('r1', 's').length], [0, 0]);
    store.saveBatch('r1', 's', 0, RECORD, [sample('a', 0)]);
    assert.deepEqual([...store.batches('r1', 's')], [0]);
  });

  it('finishes a stage once', () => {
    store.finishStage('r1', 's', 1);
    assert.throws(() => {
      store.finishStage('r1', 's', 2);
    });
    assert.deepEqual(store.stages('r1'), ['s']);
  });

  it('copies stages of one run to another, with the steps of a training and nothing of a later one', () => {
    store.createRun('r2', { ...DEFAULT_RUN, workspace: '/w' }, {});
    for (const stage of ['sample/1', 'sample/2']) store.saveBatch('r1', stage, 0, RECORD, [sample('a', 0)]);
    store.saveStep('r1', step(1, 2.5));
    store.saveStep('r1', { ...step(1, 1.5), round: 2 });
    store.finishStage('r1', 'train/1', { steps: 1 });
    store.finishStage('r1', 'train/2', { steps: 2 });
    store.copyStages('r1', 'r2', ['sample/1', 'train/1', 'gate/1']);
    assert.deepEqual(store.samples('r2', 'sample/1'), [sample('a', 0)]);
    assert.deepEqual(store.samples('r2', 'sample/2'), []);
    assert.deepEqual(store.stages('r2'), ['train/1']);
    assert.deepEqual(store.steps('r2'), [step(1, 2.5)]);
    assert.equal(store.steps('r1').length, 2);
  });

  it('forgets a run with all that belongs to it', () => {
    store.saveTasks('r1', [{ task: bareTask(), side: 'train' }], []);
    store.saveBatch('r1', 's', 0, RECORD, [sample('a', 0)]);
    store.deleteRun('r1');
    assert.deepEqual([store.run('r1'), store.tasks('r1'), store.samples('r1', 's')], [undefined, [], []]);
  });

  it('refuses a store of a newer version and a file that is none, and leaves both alone', () => {
    const newer = path.join(folder, 'newer.sqlite');
    const db = new DatabaseSync(newer);
    db.exec('PRAGMA user_version = 99; CREATE TABLE theirs (x)');
    db.close();
    assert.throws(() => new RunStore(newer), /newer LeTI \(store version 99/);
    const text = path.join(folder, 'text.sqlite');
    writeFileSync(text, 'no database '.repeat(1000));
    assert.throws(() => new RunStore(text), /cannot be read/);
    assert.equal(readFileSync(text, 'utf8'), 'no database '.repeat(1000));
  });

  it('brings a store of an earlier version up to date, and knows what it does not know', () => {
    store.saveBatch('r1', 'old', 0, RECORD, [sample('a', 0)], { tokens: 8, seconds: 2 });
    store.saveBatch('r1', 'half', 0, RECORD, [sample('a', 0)], { tokens: 8, seconds: 2 });
    store.close();
    const db = new DatabaseSync(file);
    for (const column of ['tokens', 'sampling_seconds', 'execution_seconds']) {
      db.exec(`ALTER TABLE batches DROP COLUMN ${column}`);
    }
    db.exec('ALTER TABLE samples DROP COLUMN queue_ms');
    db.exec('ALTER TABLE runs DROP COLUMN active_seconds');
    db.exec('PRAGMA user_version = 3');
    db.close();
    store = new RunStore(file);
    store.saveBatch('r1', 'half', 1, RECORD, [sample('b', 0)], { tokens: 8, seconds: 2 });
    store.saveBatch('r1', 'new', 0, RECORD, [sample('a', 0)], { tokens: 8, seconds: 2 });
    store.saveBatch('r1', 'new', 1, RECORD, [sample('c', 0)], { tokens: 12, seconds: 3 });
    const effort = { tokens: 20, samplingSeconds: 5, executionSeconds: 0.003 };
    assert.deepEqual([...store.efforts('r1')], [['new', effort]]);
    assert.deepEqual(store.samples('r1', 'old'), [sample('a', 0)]);
    assert.equal(store.activeSeconds('r1'), undefined);
    for (const seconds of [2, 3]) store.addActiveSeconds('r1', seconds);
    assert.equal(store.activeSeconds('r1'), 5);
  });

  it('can be read while another process writes', () => {
    const reader = new RunStore(file);
    store.saveBatch('r1', 's', 0, RECORD, [sample('a', 0)]);
    assert.equal(reader.samples('r1', 's').length, 1);
    reader.close();
  });

  it('is held by one run, and let go when its process dies in whatever way', async () => {
    const lock = path.join(folder, 'run.lock');
    const script = path.join(folder, 'hold.ts');
    const module = path.resolve(import.meta.dirname, '../../../src/store/runLock.ts');
    writeFileSync(
      script,
      `import { lockWorkspace } from ${JSON.stringify(module)};
       const lock = lockWorkspace(${JSON.stringify(lock)});
       console.log('held', typeof lock); setInterval(() => lock, 1000);`,
    );
    const holder = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    assert.equal(ExclusiveLock.isHeld(lock), true);
    assert.throws(() => lockWorkspace(lock), /Another LeTI run/);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    assert.equal(ExclusiveLock.isHeld(lock), false);
    lockWorkspace(lock).release();
  });

  it('loses nothing that was stored when its process is killed', () => {
    const script = path.join(folder, 'write.ts');
    const module = path.resolve(import.meta.dirname, '../../../src/store/runStore.ts');
    writeFileSync(
      script,
      `import { RunStore } from ${JSON.stringify(module)};
       const store = new RunStore(${JSON.stringify(file)});
       store.finishStage('r1', 'done', 1);
       process.kill(process.pid, 'SIGKILL');`,
    );
    assert.throws(() => execFileSync(process.execPath, [script]));
    assert.deepEqual(store.stages('r1'), ['done']);
  });
});

function step(number: number, loss: number): ReturnType<RunStore['steps']>[number] {
  return { round: 1, step: number, loss, learningRate: 1e-5, gradNorm: 1, tokens: 10, seconds: 0.5 };
}

function sample(taskId: string, index: number, completion = 'x): return x'): Sample {
  return {
    taskId,
    sample: index,
    decoded: completion + '\n',
    completion,
    verdict: 'passed',
    errorType: 'passed',
    feedback: '',
    checksPassed: 1,
    checksTotal: 1,
    hash: 'h',
    tokens: 10,
    finish: 'stop',
    sealed: index % 2 === 0,
    durationMs: 1.5,
  };
}
