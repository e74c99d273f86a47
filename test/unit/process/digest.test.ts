import assert from 'node:assert/strict';
import { digest } from '../../../src/process/digest.ts';

describe('a digest', () => {
  // `printf abc | sha256sum`
  const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

  it('is the SHA-256 in hexadecimal, or its beginning: stored names depend on it', () => {
    assert.equal(digest('abc'), ABC);
    assert.equal(digest('abc', 16), ABC.slice(0, 16));
    assert.equal(digest('ä'), digest(Buffer.from('ä', 'utf8')));
  });

  it('of several parts is that of the parts behind each other', () => {
    assert.equal(digest(['a', Buffer.from('bc')]), ABC);
  });
});
