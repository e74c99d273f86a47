import assert from 'node:assert/strict';
import { extentOf } from '../../../../src/core/completion/extent.ts';
import { finishCompletion } from '../../../../src/core/completion/finish.ts';
import { completionPrompt } from '../../../../src/core/completion/prompt.ts';
import { chatStyle } from '../../../support/tasks.ts';
import { contextAt } from '../../../support/cursor.ts';

function finish(marked: string, decoded: string): string | undefined {
  const context = contextAt(marked);
  const { pending } = completionPrompt(context, { ...chatStyle(), condition: 'none', fill: undefined });
  return finishCompletion(decoded, context, pending, extentOf(context));
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
