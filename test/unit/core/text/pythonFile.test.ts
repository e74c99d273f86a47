import assert from 'node:assert/strict';
import { isPythonFile } from '../../../../src/core/text/pythonFile.ts';

describe('a Python file', () => {
  for (const [name, text, python] of [
    ['a.py', '', true],
    ['/x.y/A.PY', '', true],
    ['stubs.pyi', '', true],
    ['window.pyw', '', true],
    ['/bin/tool', '#!/usr/bin/env python3\n', true],
    ['/bin/tool', '#!/bin/sh\n', false],
    ['/x.py/tool', '', false],
    ['notes.md', '#!/usr/bin/env python3\n', false],
    ['a.js', '', false],
    ['a.ipynb', '{}', false],
    ['a.pyc', '', false],
  ] as const) {
    it(`is ${python ? '' : 'not '}${name}${text === '' ? '' : ` with ${text.trim()}`}`, () => {
      assert.equal(isPythonFile(name, text), python);
    });
  }
});
