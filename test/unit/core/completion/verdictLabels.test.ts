import assert from 'node:assert/strict';
import { labelAt, labelsAfterChange } from '../../../../src/core/completion/verdictLabels.ts';

const DOCUMENT = 'import os\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return 1';
const SAID = { words: 'passes 3 of 3 tests', failed: false };

describe('labels of functions', () => {
  const f = labelAt(DOCUMENT, DOCUMENT.indexOf('return x'), SAID)!;
  const g = labelAt(DOCUMENT, DOCUMENT.length, SAID)!;

  it('stand at the function around a place, and nowhere else', () => {
    assert.equal(DOCUMENT.slice(f.start, f.end), 'def f(x):\n    return x');
    assert.equal(DOCUMENT.slice(g.start, g.end), 'def g(x):\n    return 1');
    assert.equal(f.words, SAID.words);
    assert.equal(labelAt(DOCUMENT, 3, SAID), undefined);
  });

  it('go with an edit of their function, and move with one above it', () => {
    const inF = { offset: f.end - 1, removed: 1, text: 'y' };
    assert.deepEqual(labelsAfterChange([f, g], inF), [g]);
    const above = { offset: 0, removed: 0, text: '# new\n' };
    assert.deepEqual(
      labelsAfterChange([f, g], above).map(({ start }) => start),
      [f.start + 6, g.start + 6],
    );
    const atHeader = { offset: f.start, removed: 0, text: '\n' };
    assert.equal(labelsAfterChange([f], atHeader)[0]?.start, f.start + 1);
    const across = { offset: f.end + 1, removed: g.start - f.end + 2, text: '' };
    assert.deepEqual(labelsAfterChange([f, g], across), [f]);
  });

  it('go with what is typed at the end of their function', () => {
    assert.deepEqual(labelsAfterChange([g], { offset: g.end, removed: 0, text: '0' }), []);
  });
});
