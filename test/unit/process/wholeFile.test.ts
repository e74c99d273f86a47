import assert from 'node:assert/strict';
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { jsonLines, writeWhole } from '../../../src/process/wholeFile.ts';

describe('a whole file', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'leti-whole-'));
    file = path.join(folder, 'file');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('holds what was written, and nothing stands beside it', async () => {
    await writeWhole(file, ['one\n', 'two\n']);
    assert.equal(await readFile(file, 'utf8'), 'one\ntwo\n');
    await writeWhole(file, 'three', 0o700);
    assert.equal(await readFile(file, 'utf8'), 'three');
    assert.equal((await stat(file)).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(folder), ['file']);
  });

  it('is as it was where its content fails half-way', async () => {
    await writeFile(file, 'before');
    const content = function* (): Generator<string> {
      yield 'half';
      throw new Error('the store is damaged');
    };
    await assert.rejects(writeWhole(file, content()), /the store is damaged/);
    assert.equal(await readFile(file, 'utf8'), 'before');
    assert.deepEqual(await readdir(folder), ['file']);
  });

  it('goes through a link, and keeps the permissions that are there', async () => {
    const real = path.join(folder, 'real');
    await writeFile(real, 'old', { mode: 0o600 });
    await symlink('real', file);
    await writeWhole(file, 'new');
    assert.equal(await readFile(real, 'utf8'), 'new');
    assert.equal((await lstat(file)).isSymbolicLink(), true);
    assert.equal((await stat(real)).mode & 0o777, 0o600);
    await rm(real);
    await writeWhole(file, 'again');
    assert.equal(await readFile(real, 'utf8'), 'again');
    assert.deepEqual((await readdir(folder)).sort(), ['file', 'real']);
  });

  it('does not take the place of a device', async () => {
    await symlink('/dev/null', file);
    await writeWhole(file, 'lost');
    assert.equal((await stat('/dev/null')).isCharacterDevice(), true);
    assert.deepEqual(await readdir(folder), ['file']);
  });

  it('is one of two that are written at a time', async () => {
    const texts = ['a'.repeat(1 << 20), 'b'.repeat(1 << 20)];
    await Promise.all(texts.map((text) => writeWhole(file, text)));
    assert.ok(texts.includes(await readFile(file, 'utf8')));
    assert.deepEqual(await readdir(folder), ['file']);
  });

  it('has a line for each value, in few pieces', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => ({ index, text: 'line\nfeed' }));
    const pieces = [...jsonLines(values)];
    assert.ok(pieces.length < 10, `${pieces.length} pieces`);
    const lines = pieces.join('').split('\n');
    assert.equal(lines.pop(), '');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      values,
    );
    assert.deepEqual([...jsonLines([])], []);
  });
});
