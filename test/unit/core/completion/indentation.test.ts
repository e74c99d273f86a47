import assert from 'node:assert/strict';
import { repairIndentation } from '../../../../src/core/completion/indentation.ts';

describe('indentation', () => {
  for (const [name, text, unit, expected] of [
    ['a blank too few', '\n   return 1', '    ', '\n    return 1'],
    ['a blank too many', '\n     if x:\n         y', '    ', '\n    if x:\n        y'],
    ['blanks for tabs', '\n    if x:\n        y', '\t', '\n\tif x:\n\t\ty'],
    ['tabs for blanks', '\n\tif x:\n\t\ty', '    ', '\n    if x:\n        y'],
    ['nothing wrong', '\n    if x:\n        y', '    ', '\n    if x:\n        y'],
    [
      'lines inside brackets',
      '\n    x = f(a,\n          b)\n    y',
      '    ',
      '\n    x = f(a,\n          b)\n    y',
    ],
    ['lines inside strings', '\n    x = """\n  a\n   """', '    ', '\n    x = """\n  a\n   """'],
    ['the first line', '   + 1', '    ', '   + 1'],
  ] as const) {
    it(`is repaired: ${name}`, () => {
      assert.equal(repairIndentation(text, unit), expected);
    });
  }
});
