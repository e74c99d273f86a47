import assert from 'node:assert/strict';
import {
  changed,
  ended,
  offer,
  type Change,
  type Outcome,
} from '../../../../src/core/completion/acceptance.ts';

const TEXT = 'return a + b\n    # done';

/** Inserts texts one after the other where the completion was shown. */
function inserted(...texts: string[]): Change[] {
  let offset = 10;
  return texts.map((text) => {
    const change = { offset, removed: 0, text };
    offset += text.length;
    return change;
  });
}

function outcome(changes: readonly Change[]): Outcome | undefined {
  return changes.reduce(changed, offer(10, TEXT)).outcome;
}

describe('acceptance', () => {
  it('of the whole is one change', () => {
    assert.deepEqual(outcome(inserted(TEXT)), {
      kind: 'accepted',
      characters: TEXT.length,
      steps: ['whole'],
    });
  });

  it('of words and lines is known by where they end', () => {
    const half = inserted('return', ' a', ' + b').reduce(changed, offer(10, TEXT));
    assert.equal(half.outcome, undefined);
    assert.deepEqual(ended(half).outcome, {
      kind: 'partly',
      characters: 12,
      steps: ['word', 'word', 'line'],
    });
    assert.deepEqual(outcome(inserted('return a + b\n', '    # done')), {
      kind: 'accepted',
      characters: TEXT.length,
      steps: ['line', 'whole'],
    });
  });

  it('is none when the user typed all of it', () => {
    const keys = [
      'r',
      'e',
      't',
      'u',
      'r',
      'n',
      ' ',
      'a',
      ' ',
      '+',
      ' ',
      'b',
      '\n    ',
      '#',
      ' ',
      'd',
      'o',
      'n',
      'e',
    ];
    assert.deepEqual(outcome(inserted(...keys)), {
      kind: 'typed',
      characters: TEXT.length,
      steps: ['typed'],
    });
  });

  it('counts when it was typed first and taken then', () => {
    assert.deepEqual(outcome(inserted('r', 'e', TEXT.slice(2)))?.kind, 'accepted');
  });

  it('is refused by typing something else, deleting, or leaving', () => {
    assert.deepEqual(outcome(inserted('x')), { kind: 'rejected', characters: 0, steps: [] });
    assert.equal(outcome([{ offset: 9, removed: 1, text: '' }])?.kind, 'rejected');
    assert.equal(outcome(inserted('r', 'x'))?.kind, 'rejected');
    assert.equal(ended(offer(10, TEXT)).outcome?.kind, 'rejected');
    assert.equal(outcome(inserted('return', 'x'))?.kind, 'partly');
  });

  it('follows changes elsewhere', () => {
    const before: Change = { offset: 0, removed: 1, text: 'abc' };
    const after: Change = { offset: 40, removed: 2, text: '' };
    const shown = [before, after].reduce(changed, offer(10, TEXT));
    assert.equal(shown.offset, 12);
    assert.equal(changed(shown, { offset: 12, removed: 0, text: TEXT }).outcome?.kind, 'accepted');
  });

  it('sees a typed bracket that the editor closed', () => {
    const shown = changed(offer(0, '(a)'), { offset: 0, removed: 0, text: '()' });
    assert.deepEqual([shown.done, shown.outcome], [1, undefined]);
  });

  it('is over once it has an outcome', () => {
    const over = ended(offer(10, TEXT));
    assert.equal(changed(over, { offset: 10, removed: 0, text: TEXT }), over);
  });
});
