import assert from 'node:assert/strict';
import { ByteVocabulary } from '../../../src/inference/tokens/byteVocabulary.ts';

const SPELLINGS = ['n', 'na', 'name', 'names', 'nb', 'a', 'me', 'Ġna', 'æ', 'æĹ', 'æĹ¥', 'æľ'];
const vocabulary = new ByteVocabulary(new Map(SPELLINGS.map((spelling, id) => [id + 10, spelling])));

function allowed(owed: string): string[] {
  return vocabulary.allowed(owed).map((id) => SPELLINGS[id - 10]!);
}

describe('the vocabulary of bytes', () => {
  for (const [owed, fitting] of [
    ['n', ['n', 'na', 'name', 'names', 'nb']],
    ['na', ['n', 'na', 'name', 'names']],
    ['nam', ['n', 'na', 'name', 'names']],
    ['names', ['n', 'na', 'name', 'names']],
    ['namesake', ['n', 'na', 'name', 'names']],
    ['nx', ['n']],
    // Parts of characters.
    ['æĹ¥', ['æ', 'æĹ', 'æĹ¥']],
    ['x', []],
  ] as const) {
    it(`allows what begins with ${owed}, and its beginnings`, () => {
      assert.deepEqual(allowed(owed).sort(), fitting.toSorted());
      assert.equal(vocabulary.allowed(owed), vocabulary.allowed(owed), 'it is computed once');
    });
  }

  it('rules out all other tokens until nothing is owed', () => {
    const logits = Float32Array.from({ length: 30 }, (_, id) => id);
    const restricted = vocabulary.restrict(logits, 'nam');
    const left = [...restricted].flatMap((value, id) => (value === -Infinity ? [] : [[id, value]]));
    assert.deepEqual(
      left,
      [10, 11, 12, 13].map((id) => [id, id]),
    );
    assert.equal(vocabulary.restrict(logits, ''), logits);
  });

  it('counts what a token paid', () => {
    assert.equal(vocabulary.pay('namesake', 12), 'sake');
    assert.equal(vocabulary.pay('na', 13), '');
    assert.equal(vocabulary.pay('', 13), '');
  });

  it('keeps a bounded number of answers', () => {
    for (let end = 0; end < 500; end += 1) vocabulary.allowed(`n${end}`);
    assert.deepEqual(allowed('nx'), ['n']);
  });
});
