import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pickProfile, requireDevice } from '../../../src/training/device.ts';

describe('pickProfile', function () {
  this.timeout(20_000);
  if (process.platform !== 'linux') return;
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** An environment whose `nvidia-smi` notes each start and then does what `script` says. */
  function withDriver(script: string): { env: NodeJS.ProcessEnv; starts: () => number } {
    const bin = mkdtempSync(path.join(os.tmpdir(), 'leti-driver-'));
    folders.push(bin);
    const tool = path.join(bin, 'nvidia-smi');
    writeFileSync(tool, `#!/bin/sh\necho x >> ${bin}/starts\n${script}\n`);
    chmodSync(tool, 0o755);
    const starts = (): number => readFileSync(path.join(bin, 'starts'), 'utf8').trim().split('\n').length;
    return { env: { PATH: `${bin}:/usr/bin:/bin` }, starts };
  }

  it('asks the driver once', async () => {
    const { env, starts } = withDriver('echo "GPU 0: some"');
    assert.deepEqual(await Promise.all([pickProfile('auto', env), pickProfile('auto', env)]), [
      'cuda',
      'cuda',
    ]);
    assert.equal(await pickProfile('auto', env), 'cuda');
    assert.equal(starts(), 1);
  });

  it('takes the CPU where the driver fails or does not answer', async () => {
    assert.equal(await pickProfile('auto', withDriver('exit 9').env), 'cpu');
    const began = Date.now();
    assert.equal(await pickProfile('auto', withDriver('sleep 60').env), 'cpu');
    assert.ok(Date.now() - began < 15_000);
  });

  it('asks nobody about a device that is named', async () => {
    assert.equal(await pickProfile('mps', { PATH: '/nowhere' }), 'mps');
  });

  it('refuses a GPU that is not there, before anything is fetched for it', async () => {
    await requireDevice('cuda', withDriver('echo "GPU 0: some"').env);
    await requireDevice('cpu', withDriver('exit 9').env);
    await assert.rejects(requireDevice('cuda', withDriver('exit 9').env), /no NVIDIA GPU/);
    await assert.rejects(requireDevice('mps', withDriver('exit 9').env), /Apple silicon/);
  });
});
