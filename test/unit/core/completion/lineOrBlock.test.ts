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
  return cutAtStop(decoded, stopPattern(context, omittedSpace, lineOrBlock));
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
      '\n    x = 1\n\n    return x\n\n\n',
    );
    assert.equal(
      cut('def f(a):|', '\n    return [\n        1\n    ]\nprint(f(1))'),
      '\n    return [\n        1\n    ]\n',
    );
  });

  it('ends an inner block with it', () => {
    assert.equal(
      cut('def f(a):\n    if a:\n        |\n    return 1\n', '\n        a += 1\n    return 2'),
      '\n        a += 1\n',
    );
  });

  it('ends at a closing fence', () => {
    assert.equal(cut('def f(a):\n    |', '\n    return 1\n```\nThis'), '\n    return 1\n');
  });

  it('ends a line with the line', () => {
    assert.equal(cut('def f(a):\n    x = |\n', ' 1\n    y = 2'), ' 1\n');
    assert.equal(
      cut('def f(a):\n    x = 1\n    |\n    return x\n', '\n\n    y = 2\n    z = 3'),
      '\n\n    y = 2\n',
    );
  });

  it('ends a piece of a module at an empty line, or with its definition', () => {
    for (const next of ['\n\nprint(1)', '\n\n# Example usage\nprint(1)', '\ndef g():\n    pass'])
      assert.equal(cut('import os\n|', `\ndef f():\n    pass${next}`).trimEnd(), '\ndef f():\n    pass');
    assert.equal(cut('|', '\nimport os\nimport re\n\nx = 1'), '\nimport os\nimport re\n\n');
    assert.equal(cut('|', '\nif a:\n    b\nelse:\n    c\nd'), '\nif a:\n    b\nelse:\n    c\n');
    assert.equal(cut('|', `\n${'x()\n'.repeat(20)}`), `\n${'x()\n'.repeat(8)}`);
  });

  it('ends a member of a class before the next one', () => {
    assert.equal(
      cut('class A:\n    |', '\n    def f(self):\n        a\n\n        b\n\n    def g(self):'),
      '\n    def f(self):\n        a\n\n        b\n\n',
    );
    assert.equal(cut('class A:\n    |', '\n    a = 1\n    b = 2\n\nA()'), '\n    a = 1\n    b = 2\n\n');
  });

  it('ends a statement with its block, its brackets and its clauses', () => {
    const at = (text: string): string => cut('def f(a):\n    x = 1\n    |\n    return x\n', text);
    assert.equal(at('\n    for y in a:\n        x += y\n    z'), '\n    for y in a:\n        x += y\n');
    assert.equal(at('\n    x = g(\n        a,\n    )\n    z'), '\n    x = g(\n        a,\n    )\n');
    assert.equal(
      at('\n    if a:\n        b\n    else:\n        c\n    z'),
      '\n    if a:\n        b\n    else:\n        c\n',
    );
    assert.equal(at('\n    # Why.\n    x = 2\n    z'), '\n    # Why.\n    x = 2\n');
  });

  it('ends a header whose block is there already with its line', () => {
    const marked = 'def f(a):\n    |\n        x += 1\n';
    assert.equal(cut(marked, '\n    for y in a:\n        z'), '\n    for y in a:\n');
  });

  it('understands Windows line ends', () => {
    assert.equal(cut('def f(a):|', '\r\n    return 1\r\nx'), '\n    return 1\n');
  });
});
