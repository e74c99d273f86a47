import assert from 'node:assert/strict';
import { definitionLines, headerLine, headerText } from '../../../../src/core/text/definitionLines.ts';
import { assembleProgram } from '../../../../src/core/text/program.ts';
import { Task } from '../../../../src/protocol/task.ts';
import { bareTask } from '../../../support/tasks.ts';

describe('the lines that define a function', () => {
  for (const [what, text, name, expected] of [
    ['a function', 'x = 1\n\ndef f(x):\n    return x\n', 'f', [2]],
    ['a longer name', 'def fit(x): ...\ndef f(x): ...\n', 'f', [1]],
    ['an open header', 'def f(', 'f', [0]],
    ['a coroutine', 'async  def f(x):\n    return x\n', 'f', [0]],
    ['a decorated function', '@cache\n@other(1)\ndef f(x):\n    return x\n', 'f', [2]],
    ['a name that ends in a letter beyond ASCII', 'import os\ndef menü(x):\n    pass\n', 'menü', [1]],
    ['a name that another one continues beyond ASCII', 'def men(x): ...\ndef menü(x): ...\n', 'men', [0]],
    ['a name in another normal form', 'x = 1\ndef menu\u0308(x):\n    pass\n', 'menü', [1]],
    ['several', 'def f(): ...\nif y:\n    def f(): ...\n', 'f', [0, 2]],
    ['a name in a string or a comment', '"""\ndef f():\n"""\n# def f():\ndef f():\n    pass\n', 'f', [4]],
    ['none', 'f = 1\n', 'f', []],
    ['none for a class', 'class f:\n    pass\n', 'f', []],
  ] as const) {
    it(`are found: ${what}`, () => {
      assert.deepEqual(definitionLines(text, name), expected);
    });
  }

  const CLASSES =
    'def push(): ...\n\nclass Heap:\n    def push(self): ...\n\nclass Stack:\n    class Top:\n        def push(self): ...\n\n    @property\n    def push(self): ...\n';
  for (const [name, expected] of [
    ['push', [0]],
    ['Heap.push', [3]],
    ['Stack.Top.push', [7]],
    ['Stack.push', [10]],
    ['Queue.push', [0, 3, 7, 10]],
  ] as const) {
    it(`are those of ${name} among functions of one name`, () => {
      assert.deepEqual(definitionLines(CLASSES, name), expected);
    });
  }
});

describe("the header of a task's function", () => {
  const before = 'def menü(x):\n    pass\n\n\n@cache\nasync def menü(x):\n    """Doc."""\n';
  const host = { module: 'm', path: 'm.py', before, after: '', files: [] };
  const task = bareTask({ name: 'menü', hole: 'body', indent: 4, prefix: 'async def menü(x):', host });

  it('begins on the line that the task names', () => {
    assert.equal(headerLine({ ...task, host: { ...host, line: 1 } }), 0);
    assert.equal(headerText({ ...task, host: { ...host, line: 6 } }), 'async def menü(x):\n    """Doc."""\n');
  });

  it('is the last one before the body for a task that names no line', () => {
    assert.equal(headerLine(task), 5);
    assert.equal(headerText(task), 'async def menü(x):\n    """Doc."""\n');
  });

  it('has no line for a task without a file, or in a file that does not define it', () => {
    assert.equal(headerLine(bareTask()), undefined);
    assert.equal(headerText({ ...task, host: { ...host, before: 'x = 1\n' } }), undefined);
  });

  it('decides whether the function runs through a stub', () => {
    assert.equal(assembleProgram(task, '\n    return x').main.stub, undefined);
    assert.match(
      assembleProgram({ ...task, host: { ...host, line: 1 } }, '\n    return x').main.stub ?? '',
      /__leti_call__/,
    );
  });

  it('stands on a line of the text before the body', () => {
    assert.equal(Task.safeParse({ ...task, host: { ...host, line: 6 } }).success, true);
    for (const line of [0, 1.5, 100]) {
      assert.equal(Task.safeParse({ ...task, host: { ...host, line } }).success, false);
    }
  });
});
