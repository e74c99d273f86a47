import assert from 'node:assert/strict';
import {
  cutAtStop,
  chooseLineOrBlock,
  mayComplete,
  opensBlock,
  stopPattern,
} from '../../../../src/core/completion/lineOrBlock.ts';
import { completionPrompt } from '../../../../src/core/completion/prompt.ts';
import { baseStyle } from '../../../support/tasks.ts';
import { contextAt } from '../../../support/cursor.ts';

function cut(marked: string, decoded: string): string {
  const context = contextAt(marked);
  const { omittedSpace } = completionPrompt(context, {
    ...baseStyle(),
    condition: 'none',
    fill: undefined,
  });
  const lineOrBlock = chooseLineOrBlock(context);
  return cutAtStop(decoded, stopPattern(context, omittedSpace, lineOrBlock), lineOrBlock);
}

describe('lineOrBlock of a completion', () => {
  for (const [where, marked, lineOrBlock] of [
    ['an empty body', 'def f(a):\n    |\n\n\nx = 1\n', 'block'],
    ['behind a header', 'def f(a):|\n', 'block'],
    ['behind a header whose body is there', 'def f(a):|\n    return 1\n', 'line'],
    ['behind a docstring', 'def f(a):\n    """Do."""\n    |\n', 'block'],
    ['the end of a body', 'def f(a):\n    x = 1\n    |\n\n\ny = 1\n', 'block'],
    ['between statements', 'def f(a):\n    x = 1\n    |\n    return x\n', 'line'],
    ['inside an empty block with more below', 'def f(a):\n    if a:\n        |\n    return 1\n', 'block'],
    ['inside an expression', 'def f(a):\n    x = |\n', 'line'],
    ['before a closing bracket', 'def f(a):\n    print(|)\n', 'line'],
    ['a comment', 'def f(a):\n    # |\n', 'line'],
  ] as const) {
    it(`is a ${lineOrBlock} at ${where}`, () => {
      assert.equal(chooseLineOrBlock(contextAt(marked)), lineOrBlock);
    });
  }

  it('is nothing in comments where they are off, nor by itself before other code', () => {
    const asked = { manual: false, comments: false };
    assert.equal(mayComplete(contextAt('# a|'), asked), false);
    assert.equal(mayComplete(contextAt('# a|'), { ...asked, comments: true }), true);
    assert.equal(mayComplete(contextAt('x = |y'), asked), false);
    assert.equal(mayComplete(contextAt('x = |y'), { ...asked, manual: true }), true);
    assert.equal(mayComplete(contextAt('f(|)  # note'), asked), true);
  });

  it('knows an open block, by its docstring too', () => {
    assert.equal(opensBlock(contextAt('def f():  # note|')), true);
    assert.equal(opensBlock(contextAt('def f():\n    "Do."\n|')), true);
    assert.equal(opensBlock(contextAt('def f():\n    x = "Do."\n|')), false);
  });
});

describe('stop rule', () => {
  it('ends a block where code stands further out', () => {
    assert.equal(
      cut('def f(a):\n    |', '\n    x = 1\n\n    return x\n\n\ndef g():\n    pass'),
      '\n    x = 1\n\n    return x\n\n',
    );
    assert.equal(
      cut('def f(a):|', '\n    return [\n        1\n    ]\nprint(f(1))'),
      '\n    return [\n        1\n    ]',
    );
  });

  it('ends an inner block with it', () => {
    assert.equal(
      cut('def f(a):\n    if a:\n        |\n    return 1\n', '\n        a += 1\n    return 2'),
      '\n        a += 1',
    );
  });

  it('ends at a closing fence', () => {
    assert.equal(cut('def f(a):\n    |', '\n    return 1\n```\nThis'), '\n    return 1');
  });

  it('ends a line with the line', () => {
    assert.equal(cut('def f(a):\n    x = |\n', ' 1\n    y = 2'), ' 1\n');
    assert.equal(
      cut('def f(a):\n    x = 1\n    |\n    return x\n', '\n\n    y = 2\n    z = 3'),
      '\n\n    y = 2\n',
    );
  });

  it('ends a piece of a module at two empty lines', () => {
    assert.match(
      cut('import os\n|', '\nx = 1\n\ndef f():\n    pass\n\n\ndef g():\n    pass'),
      /^\nx = 1\n\ndef f\(\):\n {4}pass\s+$/,
    );
  });

  it('understands Windows line ends', () => {
    assert.equal(cut('def f(a):|', '\r\n    return 1\r\nx'), '\n    return 1');
  });
});
