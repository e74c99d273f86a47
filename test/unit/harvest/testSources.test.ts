import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { testSources } from '../../../src/harvest/testSources.ts';

describe('sources of tests', () => {
  it("are a workspace's own test files, and small ones", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-tests-'));
    const write = (name: string, text: string): void => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    };
    write('test_a.py', 'a\r\n');
    write('kit/deep/b_test.py', 'b\n');
    write('kit/tests.py', 'no test file by its name');
    write('.venv/test_c.py', 'somebody else');
    write('node_modules/test_d.py', 'somebody else');
    write('env/pyvenv.cfg', 'home = /usr/bin\n');
    write('env/test_e.py', 'somebody else');
    write('tests/tools.py', 'c\n');
    write('tests/notes.txt', 'no Python');
    write('test_large.py', 'x'.repeat(200_000));
    assert.deepEqual(await testSources(folder), ['b\n', 'a\n', 'c\n']);
    rmSync(folder, { recursive: true });
  });

  it('are none where the folder is gone', async () => {
    assert.deepEqual(await testSources('/nowhere/workspace'), []);
  });
});
