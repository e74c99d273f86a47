import assert from 'node:assert/strict';
import { functionAround } from '../../../../src/core/completion/functionText.ts';

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
