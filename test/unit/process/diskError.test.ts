import assert from 'node:assert/strict';
import { diskError } from '../../../src/process/diskError.ts';

const system = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: refused`), { code, ...(path === undefined ? {} : { path }) });

describe('what a disk refuses', () => {
  it('is told with the file, without its name while it is written', () => {
    const told = diskError(system('ENOSPC', '/data/runs/outcomes.json.812-3.tmp'));
    assert.equal(told?.message, 'The disk is full: /data/runs/outcomes.json cannot be written.');
  });

  for (const [code, words] of [
    ['EROFS', /read-only/],
    ['EACCES', /no permission/],
    ['EMFILE', /Too many files/],
    ['EIO', /disk failed/],
  ] as const) {
    it(`${code} has words and a next step`, () => {
      const told = diskError(system(code), '/data');
      assert.match(told?.message ?? '', words);
      assert.match(told?.message ?? '', /\/data/);
      assert.ok(told?.nextStep.length === 1);
    });
  }

  it('is seen behind other errors, and in SQLite’s codes', () => {
    const full = Object.assign(new Error('database or disk is full'), {
      code: 'ERR_SQLITE_ERROR',
      errcode: 13,
    });
    assert.match(diskError(new Error('outer', { cause: full }))?.message ?? '', /The disk is full/);
    const extended = Object.assign(new Error('disk I/O error'), { errcode: 10 | (3 << 8) });
    assert.match(diskError(extended, '/runs.sqlite')?.message ?? '', /\/runs\.sqlite/);
  });

  it('is nothing else', () => {
    assert.equal(diskError(new Error('no')), undefined);
    assert.equal(diskError(system('ENOENT', '/data')), undefined);
    assert.equal(diskError(Object.assign(new Error('locked'), { errcode: 5 })), undefined);
    assert.equal(diskError('text'), undefined);
  });
});
