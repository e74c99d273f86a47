import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from '../../support/tinyRun.ts';

/** The built command, by a Node that says it is of a version. */
function leti(version: string): { status: number | null; stdout: string; stderr: string } {
  const versions = `{ value: { ...process.versions, node: ${JSON.stringify(version)} } }`;
  const claim = `data:text/javascript,Object.defineProperty(process, 'versions', ${versions})`;
  return spawnSync(process.execPath, ['--import', claim, path.join(root, 'dist/leti.mjs'), '--help'], {
    encoding: 'utf8',
  });
}

describe('the command', () => {
  it('says which Node it needs where an older one runs it', () => {
    for (const version of ['18.20.0', '20.20.2', '22.12.9']) {
      const { status, stdout, stderr } = leti(version);
      assert.equal(status, 2, version);
      assert.equal(stdout, '');
      assert.match(stderr, /^LeTI needs Node 22\.13 or later; this is [\d.]+\.\n.*npx leti/);
    }
  });

  it('runs from that version on', () => {
    for (const version of ['22.13.0', '24.1.0']) {
      const { status, stdout, stderr } = leti(version);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^Usage: leti /);
    }
  });
});
