import assert from 'node:assert/strict';
import { withoutOverlap } from '../../../../src/core/completion/overlap.ts';

describe('text already behind the cursor', () => {
  for (const [name, text, lineAfter, below, expected] of [
    ['a closing bracket', 'a, b)', ')', '', 'a, b'],
    ['a bracket of the completion itself', 'f(a)', ')', '', 'f(a)'],
    ['one bracket of two', 'f(a))', ')', '', 'f(a)'],
    ['a bracket and a colon', 'a, b):', '):', '', 'a, b'],
    ['a quote', 'abc"', '"', '', 'abc'],
    ['the beginning of the rest', 'x)', ') + 1', '', 'x'],
    ['nothing', 'x', ')', '', 'x'],
    ['the line below', 'return x', '', '\n    return x\n', ''],
    ['the last line', 'y = 1\n    return x', '', '\n    return x\n', 'y = 1'],
    [
      'two lines and an empty one',
      'y = 1\n\n    z = 2\n    return x',
      '',
      '\n\n    z = 2\n    return x\n',
      'y = 1',
    ],
    [
      'a line that is indented otherwise',
      'y = 1\n        return x',
      '',
      '\n    return x\n',
      'y = 1\n        return x',
    ],
    ['a line in the middle', 'return x\n    y = 1', '', '\n    return x\n', 'return x\n    y = 1'],
  ] as const) {
    it(`is taken off: ${name}`, () => {
      assert.equal(withoutOverlap(text, lineAfter, below), expected);
    });
  }
});
