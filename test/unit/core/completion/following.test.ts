import assert from 'node:assert/strict';
import type { Change } from '../../../../src/core/completion/acceptance.ts';
import { after, fateOf, goesOn, showing, standsAt } from '../../../../src/core/completion/following.ts';

const DOCUMENT = 'def f(x):\n    ';
const AT = DOCUMENT.length;

function insert(text: string, offset = AT): Change {
  return { offset, removed: 0, text };
}

describe('following what is shown', () => {
  it('knows nothing until something happens', () => {
    assert.equal(fateOf(showing(DOCUMENT, AT, ['return x'])), undefined);
  });

  it('tells which of several texts was taken', () => {
    const shown = after(showing(DOCUMENT, AT, ['return x', 'return 1']), insert('return 1'));
    assert.deepEqual(fateOf(shown), { outcome: 'accepted', shown: 'return 1', taken: 8, start: AT });
  });

  it('takes the first for the one that was not taken', () => {
    const shown = after(showing(DOCUMENT, AT, ['return x', 'return 1']), insert('pass'));
    assert.deepEqual(fateOf(shown), { outcome: 'rejected', shown: 'return x', taken: 0, start: AT });
  });

  it('ends where the user goes elsewhere', () => {
    const half = after(showing(DOCUMENT, AT, ['return x + 1']), insert('return x'));
    assert.equal(fateOf(half), undefined);
    assert.deepEqual(fateOf(half, true), {
      outcome: 'partly',
      shown: 'return x + 1',
      taken: 8,
      start: AT,
    });
  });

  it('goes on while its rest is shown, and only then', () => {
    const half = after(showing(DOCUMENT, AT, ['return x']), insert('r'));
    assert.equal(goesOn(half, AT + 1, ['eturn x']), true);
    assert.equal(goesOn(half, AT + 1, ['eturn 1']), false);
    assert.equal(goesOn(half, AT, ['eturn x']), false);
    assert.equal(standsAt(half, AT + 1), true);
    assert.equal(standsAt(half, AT), false);
  });

  it('follows documents with the line ends of Windows', () => {
    const shown = showing('def f(x):\r\n    ', AT + 1, ['y = x\n    return y']);
    const line = after(shown, insert('y = x', AT + 1));
    const all = after(line, insert('\r\n    return y', AT + 6));
    assert.deepEqual(fateOf(all), {
      outcome: 'accepted',
      shown: 'y = x\n    return y',
      taken: 19,
      start: AT + 1,
    });
    assert.equal(goesOn(line, AT + 6, ['\n    return y']), true);
  });
});
