import assert from 'node:assert/strict';
import { chooseLineOrBlock } from '../../../../src/core/completion/lineOrBlock.ts';
import {
  finishCompletion,
  repairIndentation,
  withoutFences,
  withoutOmittedSpace,
} from '../../../../src/core/completion/finish.ts';
import { withoutOverlap, withoutRepeats } from '../../../../src/core/completion/overlap.ts';
import { completionPrompt } from '../../../../src/core/completion/prompt.ts';
import { chatStyle } from '../../../support/tasks.ts';
import { contextAt } from '../../../support/cursor.ts';

function finish(marked: string, decoded: string): string | undefined {
  const context = contextAt(marked);
  const { omittedSpace } = completionPrompt(context, {
    ...chatStyle(),
    condition: 'none',
    fill: undefined,
  });
  const written = { text: decoded, limited: false };
  const finished = finishCompletion(written, context, omittedSpace, chooseLineOrBlock(context));
  return 'why' in finished ? undefined : finished.texts[0];
}

describe('finishing a completion', () => {
  for (const [name, marked, decoded, expected] of [
    ['a body', 'def f(a):\n    |', '\n    x = 1\n    return x\n\ndef g():', 'x = 1\n    return x'],
    ['a body behind its header', 'def f(a):|', '\n    return a\n```', '\n    return a'],
    ['a body behind a docstring', 'def f(a):\n    """Do."""\n    |', '\n    return a\n```\nIt', 'return a'],
    [
      'a body at the end of a docstring',
      'def f(a):\n    """Do."""|\n\n\nx = 1\n',
      '\n    return a\n```',
      '\n    return a',
    ],
    ['a bad first step', 'def f(a):\n    |', '\n   return a', 'return a'],
    ['an argument', 'print(|)', 'a, b)\nx', 'a, b'],
    ['the end of a line', 'x = |\n', ' 1\ny = 2', '1'],
    ['the line below again', 'def f(a):\n    x = 1\n    |\n    return x\n', '\n    return x\n', undefined],
    ['the line above again', 'def f(a):\n    x = g(1)\n    |\n    return x\n', '\n    x = g(1)\n', undefined],
    ['white space', 'def f(a):\n    |', '\n    \n', undefined],
    ['nothing', 'x = |', '', undefined],
    ['a fence', 'def f(a):\n    |', '\n```', undefined],
    ['an empty file', '|', '\nimport os\n\n\n\nx', 'import os'],
    ['a file with tabs', 'def f(a):\n\t|', '\n    if a:\n        return 1', 'if a:\n\t\treturn 1'],
  ] as const) {
    it(`gives ${expected === undefined ? 'nothing for' : 'the text for'} ${name}`, () => {
      assert.equal(finish(marked, decoded), expected);
    });
  }
});

describe('fences', () => {
  it('are taken off with what is said behind them', () => {
    assert.equal(withoutFences('```python\nreturn 1\n```\nThis returns 1.'), 'return 1');
    assert.equal(withoutFences('return 1\n```'), 'return 1');
    assert.equal(withoutFences('```'), '');
  });

  it('are not seen where there are none', () => {
    assert.equal(withoutFences('\n    return "``"'), '\n    return "``"');
  });
});

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

describe('white space before the cursor', () => {
  for (const [name, answer, omittedSpace, opens, expected] of [
    ['nothing omitted', ' + 1', '', false, ' + 1'],
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
      assert.equal(withoutOmittedSpace(answer, omittedSpace, opens), expected);
    });
  }
});

describe('repeats', () => {
  it('of the line above are dropped', () => {
    assert.equal(withoutRepeats('x = f(1)', 'def g():\n    x = f(1)\n    ', 'function'), '');
    assert.equal(withoutRepeats('x = f(2)', 'def g():\n    x = f(1)\n    ', 'function'), 'x = f(2)');
  });

  it('of what is too short to mean anything stay', () => {
    assert.equal(withoutRepeats(')', 'f(g(\n)\n', 'module'), ')');
    assert.equal(withoutRepeats('pass', 'pass\n', 'function'), 'pass');
  });

  it('of a line or of some lines are cut at the first', () => {
    assert.equal(withoutRepeats('a = 1\nb += 1\nb += 1\nb += 1\nb +', '', 'function'), 'a = 1\nb += 1');
    assert.equal(withoutRepeats('x()\ny()\nx()\ny()\nx()\ny()\n', '', 'function'), 'x()\ny()');
    assert.equal(withoutRepeats('b += 1\nb += 1\nreturn b', '', 'function'), 'b += 1\nb += 1\nreturn b');
  });
});

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
    ['a line in the middle', 'y = 1\n    return x\n    z = 1', '', '\n    return x\n', 'y = 1'],
    ['a word in the middle', 'if y:\n    pass\n    z = 1', '', '\n    pass\n', 'if y:\n    pass\n    z = 1'],
  ] as const) {
    it(`is taken off: ${name}`, () => {
      assert.equal(withoutOverlap(text, { lineAfter, below }), expected);
    });
  }
});
