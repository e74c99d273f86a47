import assert from 'node:assert/strict';
import {
  afterChange,
  cursorFollows,
  dismissed,
  isRestOfShown,
  outcomeOf,
  showSuggestions,
  showText,
  textAfterChange,
  type TextChange,
  type TextOutcome,
} from '../../../../src/core/completion/acceptance.ts';

const TEXT = 'return a + b\n    # done';

/** Inserts texts one after the other where the completion was shown. */
function inserted(...texts: string[]): TextChange[] {
  let offset = 10;
  return texts.map((text) => {
    const change = { offset, removed: 0, text };
    offset += text.length;
    return change;
  });
}

function outcome(changes: readonly TextChange[]): TextOutcome | undefined {
  return changes.reduce(textAfterChange, showText(10, TEXT)).outcome;
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
    const half = inserted('return', ' a', ' + b').reduce(textAfterChange, showText(10, TEXT));
    assert.equal(half.outcome, undefined);
    assert.deepEqual(dismissed(half).outcome, {
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
    assert.equal(dismissed(showText(10, TEXT)).outcome?.kind, 'rejected');
    assert.equal(outcome(inserted('return', 'x'))?.kind, 'partly');
  });

  it('follows changes elsewhere', () => {
    const before: TextChange = { offset: 0, removed: 1, text: 'abc' };
    const after: TextChange = { offset: 40, removed: 2, text: '' };
    const shown = [before, after].reduce(textAfterChange, showText(10, TEXT));
    assert.equal(shown.offset, 12);
    assert.equal(textAfterChange(shown, { offset: 12, removed: 0, text: TEXT }).outcome?.kind, 'accepted');
  });

  it('sees a typed bracket that the editor closed', () => {
    const shown = textAfterChange(showText(0, '(a)'), { offset: 0, removed: 0, text: '()' });
    assert.deepEqual([shown.done, shown.outcome], [1, undefined]);
  });

  it('is over once it has an outcome', () => {
    const over = dismissed(showText(10, TEXT));
    assert.equal(textAfterChange(over, { offset: 10, removed: 0, text: TEXT }), over);
  });
});

const DOCUMENT = 'def f(x):\n    ';
const AT = DOCUMENT.length;

function insert(text: string, offset = AT): TextChange {
  return { offset, removed: 0, text };
}

describe('following what is shown', () => {
  it('knows nothing until something happens', () => {
    assert.equal(outcomeOf(showSuggestions(DOCUMENT, AT, ['return x'])), undefined);
  });

  it('tells which of several texts was taken', () => {
    const shown = afterChange(showSuggestions(DOCUMENT, AT, ['return x', 'return 1']), insert('return 1'));
    assert.deepEqual(outcomeOf(shown), { outcome: 'accepted', shown: 'return 1', taken: 8, start: AT });
  });

  it('takes the first for the one that was not taken', () => {
    const shown = afterChange(showSuggestions(DOCUMENT, AT, ['return x', 'return 1']), insert('pass'));
    assert.deepEqual(outcomeOf(shown), { outcome: 'rejected', shown: 'return x', taken: 0, start: AT });
  });

  it('ends where the user goes elsewhere', () => {
    const half = afterChange(showSuggestions(DOCUMENT, AT, ['return x + 1']), insert('return x'));
    assert.equal(outcomeOf(half), undefined);
    assert.deepEqual(outcomeOf(half, true), {
      outcome: 'partly',
      shown: 'return x + 1',
      taken: 8,
      start: AT,
    });
  });

  it('goes on while its rest is shown, and only then', () => {
    const half = afterChange(showSuggestions(DOCUMENT, AT, ['return x']), insert('r'));
    assert.equal(isRestOfShown(half, AT + 1, ['eturn x']), true);
    assert.equal(isRestOfShown(half, AT + 1, ['eturn 1']), false);
    assert.equal(isRestOfShown(half, AT, ['eturn x']), false);
    assert.equal(cursorFollows(half, AT + 1), true);
    assert.equal(cursorFollows(half, AT), false);
  });

  it('follows documents with the line ends of Windows', () => {
    const shown = showSuggestions('def f(x):\r\n    ', AT + 1, ['y = x\n    return y']);
    const line = afterChange(shown, insert('y = x', AT + 1));
    const all = afterChange(line, insert('\r\n    return y', AT + 6));
    assert.deepEqual(outcomeOf(all), {
      outcome: 'accepted',
      shown: 'y = x\n    return y',
      taken: 19,
      start: AT + 1,
    });
    assert.equal(isRestOfShown(line, AT + 6, ['\n    return y']), true);
  });
});
