import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ExclusiveLock } from '../../../src/process/exclusiveLock.ts';

describe('a lock between processes', () => {
  let folder: string;
  let file: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-lock-'));
    file = path.join(folder, 'new/run.lock');
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is held from the taking to the release, and by one', () => {
    assert.equal(ExclusiveLock.isHeld(file), false);
    const lock = ExclusiveLock.tryTake(file);
    assert.ok(lock !== undefined);
    assert.equal(ExclusiveLock.isHeld(file), true);
    assert.equal(ExclusiveLock.tryTake(file), undefined);
    lock.release();
    assert.equal(ExclusiveLock.isHeld(file), false);
  });

  it('is always got while others only look at it', async () => {
    const source = `
      import { ExclusiveLock } from ${JSON.stringify(new URL('../../../src/process/exclusiveLock.ts', import.meta.url).href)};
      for (;;) {
        ExclusiveLock.isHeld(${JSON.stringify(file)});
        process.stdout.write('.');
        await new Promise((resolve) => setImmediate(resolve));
      }`;
    const looking = [1, 2].map(() =>
      spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    try {
      await Promise.all(looking.map((one) => new Promise((resolve) => one.stdout.once('data', resolve))));
      for (let time = 0; time < 100; time += 1) {
        const lock = ExclusiveLock.tryTake(file);
        assert.ok(lock !== undefined, `time ${time}`);
        lock.release();
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      for (const one of looking) one.kill('SIGKILL');
    }
  });
});
