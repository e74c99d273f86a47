import assert from 'node:assert/strict';
import { withoutPending } from '../../../../src/core/completion/pending.ts';

describe('white space before the cursor', () => {
  for (const [name, answer, pending, opens, expected] of [
    ['nothing pending', ' + 1', '', false, ' + 1'],
    ['a blank that the answer brings', ' 1', ' ', false, '1'],
    ['a blank that the answer lacks', '1', ' ', false, '1'],
    ['an answer that ends the line instead', '\n    y', ' ', false, undefined],
    ['the same indentation', '\n    return 1', '\n    ', true, 'return 1'],
    ['empty lines before the answer', '\n\n  \n    return 1', '\n    ', true, 'return 1'],
    ['deeper lines', '\n    if x:\n        y', '\n    ', true, 'if x:\n        y'],
    ['a cursor that stands further out', '\n    return 1', '\n', true, '    return 1'],
    ['a cursor that stands further in', '\n    return 1', '\n        ', false, undefined],
    ['a body on the line of its header', ' return 1', '\n    ', true, 'return 1'],
    ['an answer that goes on with the line above', ' + 1', '\n    ', false, undefined],
    ['tabs in the file and blanks in the answer', '\n        return 1', '\n\t', true, 'return 1'],
    ['nothing but white space', '\n    ', '\n    ', true, undefined],
  ] as const) {
    it(`is reconciled with ${name}`, () => {
      assert.equal(withoutPending(answer, pending, opens), expected);
    });
  }
});
