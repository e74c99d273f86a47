import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeFixture, type FakeTrainer } from '../../support/fakeTrainer.ts';
import { LetiProcess, processesNaming, tinyTasks, trainTiny, type Fixture } from '../../support/tinyRun.ts';

describe('a run in trouble', function () {
  this.timeout(300_000);
  let folder: string;
  let fixture: Fixture;
  let home: string;
  let trainer: FakeTrainer;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-trouble-'));
    ({ fixture, trainer } = fakeFixture(folder));
    home = path.join(folder, 'home');
  });

  afterEach(() => {
    trainer.release();
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses a second run in its workspace', async () => {
    let second: LetiProcess | undefined;
    trainer.holdAt('export', 0);
    const first = trainTiny(fixture, home, [], (event, process) => {
      if (event['event'] === 'run' && second === undefined) {
        second = trainTiny(fixture, home, []);
        void second.ended.then(() => process.child.kill('SIGINT'));
      }
    });
    await first.ended;
    assert.ok(second !== undefined);
    assert.equal((await second.ended).code, 1);
    assert.match(second.stderr, /Another LeTI run is running[^]*Wait until it ends/);
  });

  it('stops on Ctrl-C with all its processes and can be resumed', async () => {
    let sent = false;
    // The test before left exports.
    rmSync(path.join(home, 'exports'), { recursive: true, force: true });
    trainer.holdAt('export', 0);
    const run = trainTiny(fixture, home, [], (event, process) => {
      if (!sent && event['event'] === 'phase' && event['phase'] === 'export') {
        sent = true;
        process.child.kill('SIGINT');
      }
    });
    assert.deepEqual(await run.ended, { code: 130, signal: null }, run.stderr);
    await noneLeft(home);
    trainer.release();
    const resumed = trainTiny(fixture, home, ['--resume', 'last']);
    assert.deepEqual(await resumed.ended, { code: 0, signal: null }, resumed.stderr);
  });

  it('says that the trainer was killed, and resumes', async () => {
    let killed = false;
    trainer.holdAt('train', 2);
    const run = trainTiny(fixture, home, [], (event) => {
      if (killed || event['phase'] !== 'train/1') return;
      killed = true;
      const trainers = processesNaming(home).filter((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('leti_trainer'),
      );
      for (const pid of trainers) process.kill(pid, 'SIGKILL');
    });
    assert.equal((await run.ended).code, 1);
    assert.match(run.stderr, /The trainer was killed during "train"[^]*resume the run/);
    trainer.release();
    const resumed = trainTiny(fixture, home, ['--resume', 'last']);
    assert.deepEqual(await resumed.ended, { code: 0, signal: null }, resumed.stderr);
  });

  it('trains nothing when no program passes and the objective needs passes', async () => {
    const impossible = path.join(folder, 'impossible.jsonl');
    const tasks = tinyTasks(['double', 'square']).map((task) => ({
      ...task,
      checks: [{ kind: 'statements', source: `assert ${task.name}(1) == 'never'` }],
    }));
    writeFileSync(impossible, tasks.map((task) => JSON.stringify(task) + '\n').join(''));
    const run = trainTiny(fixture, home, ['--tasks', impossible, '--objective', 'rejection']);
    assert.deepEqual(await run.ended, { code: 0, signal: null }, run.stderr);
    const notices = run.events
      .filter(({ event }) => event === 'notice')
      .map(({ message }) => String(message));
    assert.ok(
      notices.some((notice) => /No program passed in round 1.*nothing to learn/.test(notice)),
      notices.join(),
    );
  });
});

/** Children end with their run, within seconds. */
async function noneLeft(home: string): Promise<void> {
  for (let wait = 0; wait < 200 && processesNaming(home).length > 0; wait++) await sleep(100);
  assert.deepEqual(processesNaming(home), [], 'processes outlived their run');
}
