import assert from 'node:assert/strict';
import { ByteVocabulary } from '../../../src/inference/tokens/byteVocabulary.ts';

const SPELLINGS = [
  'n',
  'na',
  'name',
  'names',
  'nb',
  'a',
  'me',
  'Ġna',
  'æ',
  'æĹ',
  'æĹ¥',
  'æľ',
  'Ċ',
  'ĊĠ',
  'ĊĠĠ',
  'ĊĠĠĠ',
];
const vocabulary = new ByteVocabulary(new Map(SPELLINGS.map((spelling, id) => [id + 10, spelling])));

function spelled(ids: Iterable<number>): string[] {
  return [...ids].map((id) => SPELLINGS[id - 10]!).sort();
}

describe('the vocabulary of bytes', () => {
  for (const [owed, always, wanted] of [
    [['n'], ['n', 'na', 'name', 'names', 'nb'], []],
    [
      ['na', 'me'],
      ['na', 'name', 'names'],
      ['n', 'na'],
    ],
    [
      ['na', 'm'],
      ['na', 'name', 'names'],
      ['n', 'na'],
    ],
    [
      ['n', 'am'],
      ['n', 'name', 'names'],
      ['n', 'na'],
    ],
    [['nam'], ['name', 'names'], ['n', 'na']],
    // Nothing begins with all of it.
    [
      ['names', 'ake'],
      ['n', 'na', 'name', 'names'],
      ['n', 'na', 'name', 'names'],
    ],
    [['nx'], ['n'], ['n']],
    [
      ['Ċ', 'ĠĠ'],
      ['Ċ', 'ĊĠ', 'ĊĠĠ', 'ĊĠĠĠ'],
      ['Ċ', 'ĊĠ'],
    ],
    // Parts of characters.
    [
      ['æĹ', '¥'],
      ['æĹ', 'æĹ¥'],
      ['æ', 'æĹ'],
    ],
    [['x'], [], []],
  ] as const) {
    it(`knows what fits to ${owed.join(' ')}`, () => {
      const fitting = vocabulary.fitting(owed);
      assert.deepEqual(spelled(fitting.always), always.toSorted());
      assert.deepEqual(spelled(fitting.wanted), wanted.toSorted());
      assert.equal(vocabulary.fitting(owed), fitting, 'it is computed once');
    });
  }

  it('rules out all other tokens until nothing is owed', () => {
    const left = (best: number): number[] => {
      const logits = Float32Array.from({ length: 40 }, (_, id) => (id === best ? 100 : id));
      const restricted = vocabulary.restrict(logits, ['na', 'm']);
      return [...restricted].flatMap((value, id) => (value === logits[id] ? [id] : []));
    };
    assert.deepEqual(left(39), [11, 12, 13]);
    assert.deepEqual(left(10), [10, 11, 12, 13], 'a beginning that the model likes best');
    assert.deepEqual(left(14), [11, 12, 13]);
    const logits = new Float32Array(40);
    assert.equal(vocabulary.restrict(logits, []), logits);
  });

  it('counts what a token paid', () => {
    assert.deepEqual(vocabulary.pay(['na', 'me', 's'], 11), ['me', 's']);
    assert.deepEqual(vocabulary.pay(['na', 'me', 's'], 12), ['s']);
    assert.deepEqual(vocabulary.pay(['na', 'me', 's'], 10), ['ames']);
    assert.deepEqual(vocabulary.pay(['na', 'm'], 13), []);
    assert.deepEqual(vocabulary.pay([], 13), []);
  });

  it('keeps a bounded number of answers', () => {
    for (let end = 0; end < 500; end += 1) vocabulary.fitting([`n${end}`]);
    assert.deepEqual(spelled(vocabulary.fitting(['nx']).always), ['n']);
  });
});
