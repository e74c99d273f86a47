import assert from 'node:assert/strict';
import { completionContext, DEFAULT_CONTEXT } from '../../../../src/core/completion/context.ts';
import { contextAt } from '../../../support/cursor.ts';

const MODULE = `import os
import json
from math import sqrt

VOWELS = "aeiou"


def root(x):
    """The root of x."""
    return sqrt(x)


def unused(y):
    return y


class Shape(Base):
    """A shape."""

    sides = 0

    def __init__(self, a):
        self.a = a

    def area(self):
        """Area."""
        return self.a

    def other(self):
        return 2

    def length(self, n):
        """The length.

        >>> 1
        1
        """
        print(VOWELS, self.area())
        return root(|n) + 1

    def after(self):
        return 3


def later():
    return 5
`;

describe('completion context', () => {
  it('knows the function, its lines and its docstring', () => {
    const context = contextAt(MODULE);
    assert.deepEqual(context.function, {
      name: 'Shape.length',
      line: 31,
      lastLine: 38,
      docstring: 'The length.\n\n        >>> 1\n        1\n        ',
      inHeader: false,
    });
    assert.equal(context.indent, '        ');
    assert.equal(context.lineBefore, '        return root(');
    assert.equal(context.lineAfter, 'n) + 1');
    assert.equal(context.after, 'n) + 1\n\n');
    assert.match(context.before, /^ {4}def length[^]*return root\($/);
  });

  it('shows what the function uses, as training shows it', () => {
    assert.equal(
      contextAt(MODULE).head,
      `VOWELS = "aeiou"


def root(x):
    """The root of x."""
    return sqrt(x)


class Shape(Base):
    """A shape."""
    sides = 0

    def __init__(self, a):
        self.a = a

    def area(self):
        """Area."""
        ...

`,
    );
  });

  it('shows helpers below the cursor, in the order of the file', () => {
    const context = contextAt(
      'import os\n\n\ndef f(p):\n    return g(os.path, |)\n\n\ndef g(a, b):\n    return a\n',
    );
    assert.equal(context.head, 'import os\n\n\ndef g(a, b):\n    return a\n\n\n');
  });

  for (const [where, marked, inside, name] of [
    ['a comment', 'def f():\n    # not |\n    return 1\n', 'comment', 'f'],
    ['a docstring', 'def f():\n    """not |\n    """\n    return 1\n', 'string', 'f'],
    ['an open docstring', 'def f():\n    """not |', 'string', 'f'],
    ['a string', 'x = "a|"', 'string', undefined],
    ['code that does not parse', 'def f(:\n    x = = (\n    y = |', 'code', 'f'],
    ['an empty file', '|', 'code', undefined],
    ['a header', 'def f(a|', 'code', 'f'],
  ] as const) {
    it(`is robust in ${where}`, () => {
      const context = contextAt(marked);
      assert.equal(context.inside, inside);
      assert.equal(context.function?.name, name);
    });
  }

  it('tells the header from the body', () => {
    assert.equal(contextAt('def f(a|):\n    return 1\n').function?.inHeader, true);
    assert.equal(contextAt('def f(a):|\n').function?.inHeader, false);
  });

  it('keeps decorators, and nested functions with the function around them', () => {
    const context = contextAt('@cached\n@other(1)\ndef f(a):\n    def g(b):\n        |');
    assert.equal(context.before, '@cached\n@other(1)\ndef f(a):\n    def g(b):\n        ');
    assert.equal(context.function?.name, 'f');
  });

  it('brings the tests that name the function, not others', () => {
    const tests =
      'class TestF:\n    def test_f(self):\n        assert f(1) == 2\n\n    def test_g(self):\n        # f\n        assert g("f")\n\n\ndef test_more():\n    assert f(3) == 4 and f(5) == 6\n';
    const context = contextAt('def f(x):\n    |', { ...DEFAULT_CONTEXT, testSources: [tests] });
    assert.deepEqual(context.tests, [
      'def test_f(self):\n    assert f(1) == 2',
      'def test_more():\n    assert f(3) == 4 and f(5) == 6',
    ]);
  });

  it('brings no tests where a docstring says what is asked for', () => {
    const options = { ...DEFAULT_CONTEXT, testSources: ['def test_f():\n    assert f(1) == 2\n'] };
    assert.equal(contextAt('def f(x):\n    |', options).tests.length, 1);
    assert.deepEqual(contextAt('def f(x):\n    """Add one."""\n    |', options).tests, []);
  });

  it('stays within its budget and keeps the header and what is near', () => {
    const lines = Array.from({ length: 400 }, (_, index) => `    value_${index} = helper(${index})\n`).join(
      '',
    );
    const helpers = `def helper(a):\n${'    a += 1\n'.repeat(10)}    return a\n\n\n`;
    for (const budget of [64, 256, 512]) {
      const context = contextAt(`${helpers}def f(x):\n${lines}    |`, { ...DEFAULT_CONTEXT, budget });
      assert.ok(DEFAULT_CONTEXT.countTokens(context.head + context.before) <= budget, `${budget}`);
      assert.match(context.before, /^def f\(x\):\n[^]*value_399 = helper\(399\)\n {4}$/);
    }
    const module = contextAt(`${'x = 1\n'.repeat(4000)}|`);
    assert.ok(DEFAULT_CONTEXT.countTokens(module.before) <= 512);
  });

  it('gives texts with plain line ends', () => {
    const context = contextAt('def f():\r\n    x = 1\r\n    |\r\n    return x\r\n');
    assert.equal(context.before, 'def f():\n    x = 1\n    ');
    assert.equal(context.after, '\n    return x\n');
  });

  it('holds at every place of every piece of a file', () => {
    for (let cut = 0; cut < MODULE.length; cut += 7) {
      for (const document of [
        MODULE.slice(0, cut),
        MODULE.slice(cut),
        MODULE.slice(0, cut) + MODULE.slice(cut + 5),
      ]) {
        const offset = Math.min(document.length, (cut * 31) % MODULE.length);
        const context = completionContext(document, offset);
        assert.ok(document.slice(0, offset).endsWith(context.lineBefore));
        assert.ok(document.slice(offset).startsWith(context.after));
      }
    }
  });
});
