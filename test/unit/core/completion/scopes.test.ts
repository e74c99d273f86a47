import assert from 'node:assert/strict';
import {
  blockEnd,
  definitionsIn,
  enclosingDefinitions,
  functionAround,
} from '../../../../src/core/completion/scopes.ts';
import { columns, indentOf, mask } from '../../../../src/core/completion/source.ts';

function scopesAt(before: string): string[] {
  const last = before.slice(before.lastIndexOf('\n') + 1);
  return enclosingDefinitions(mask(before).text, columns(indentOf(last))).map(({ name }) => name);
}

describe('scopes', () => {
  for (const [name, before, expected] of [
    ['a method', 'class A:\n    def f(self):\n        x = 1\n        ', ['A', 'f']],
    ['the level of the module', 'def f():\n    return 1\n\n', []],
    ['a class after its method', 'class A:\n    def f(self):\n        return 1\n    ', ['A']],
    ['a nested block', 'def f(xs):\n    for x in xs:\n        if x:\n            ', ['f']],
    ['a nested function', 'def f(xs):\n    def g(x):\n        return ', ['f', 'g']],
    ['a header over several lines', 'def f(\n    a,\n    b,\n):\n    ', ['f']],
    ['an open header', 'def f(\n    a,\n    ', ['f']],
    ['the bracket that closes a header', 'def f(\n    a,\n)', ['f']],
    ['an open bracket', 'def f(a):\n    x = g(\n        1,\n        ', ['f']],
    ['a string that looks like code', 'def f():\n    x = """\ndef g():\n    """\n    ', ['f']],
    ['code that does not parse', 'def f(:\n    x = = 3\n    if (\n    ', ['f']],
    ['a function that never was closed', 'x = foo(\n\ndef f():\n    ', ['f']],
  ] as const) {
    it(`of ${name}`, () => {
      assert.deepEqual(scopesAt(before), expected);
    });
  }

  it('end where code stands further out, closing brackets aside', () => {
    const source = 'def f(\n    a,\n):\n    x = [\n    1\n]\n    return x\n\n# note\ny = 1\n';
    const masked = mask(source).text;
    const [f] = definitionsIn(masked);
    assert.equal(source.slice(blockEnd(masked, f!, 0)), 'y = 1\n');
  });
});

const DOCUMENT = [
  'import os',
  '',
  '@cached',
  'def first(x):',
  '    """First."""',
  '    HERE',
  '',
  'class Stack:',
  '    def push(self, x):',
  '        if x:',
  '            THERE',
  '        return self',
  '',
  'x = 1',
  '',
].join('\n');

describe('the function around a place', () => {
  it('has its header, its docstring and its body, and no decorator', () => {
    const found = functionAround(DOCUMENT, DOCUMENT.indexOf('HERE'));
    assert.equal(found?.name, 'first');
    assert.equal(found.source.trimEnd(), 'def first(x):\n    """First."""\n    HERE');
    assert.equal(DOCUMENT.slice(found.start, found.end), found.source);
  });

  it('is named with its class', () => {
    const found = functionAround(DOCUMENT, DOCUMENT.indexOf('THERE'));
    assert.equal(found?.name, 'Stack.push');
    assert.match(found.source, /^ {4}def push[^]*return self\s*$/);
  });

  it('is none at the level of the module', () => {
    assert.equal(functionAround(DOCUMENT, DOCUMENT.indexOf('x = 1')), undefined);
    assert.equal(functionAround('', 0), undefined);
  });

  it('has one kind of line ends', () => {
    const found = functionAround('def f():\r\n    x\r\n', 14);
    assert.equal(found?.source, 'def f():\n    x\n');
  });
});
