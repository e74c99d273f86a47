import assert from 'node:assert/strict';
import { assembleProgram, executionJob } from '../../../../src/core/text/program.ts';
import { endsItself, stopRule, trimCompletion } from '../../../../src/core/text/trimming.ts';
import { DEFAULT_LIMITS } from '../../../../src/protocol/execution.ts';
import { bareTask } from '../../../support/tasks.ts';

const rest = { hole: 'function', indent: 0 } as const;
const body = { hole: 'body', indent: 4 } as const;
const method = { hole: 'body', indent: 8 } as const;

describe('where a program ends', () => {
  const cases: [string, Parameters<typeof trimCompletion>[0], string, string][] = [
    ['at the closing fence', rest, 'x):\n    return x\n```\nThat is it.', 'x):\n    return x'],
    ['at the next function', rest, 'x):\n    return x\n\n\ndef g():\n    pass', 'x):\n    return x'],
    ['at a call behind it', rest, 'x):\n    return x\nprint(f(1))\n', 'x):\n    return x'],
    [
      'not at a closing bracket further out',
      rest,
      'x):\n    return [\n  1,\n]\n',
      'x):\n    return [\n  1,\n]',
    ],
    [
      'not inside a header of several lines',
      rest,
      '\n    x,\n):\n    return x',
      '\n    x,\n):\n    return x',
    ],
    ['not at blank lines', rest, 'x):\n    y = x\n\n    return y', 'x):\n    y = x\n\n    return y'],
    ['at a statement further out than the body', body, '\n    return x\n  y = 1', '\n    return x'],
    [
      'at the next method',
      method,
      '\n        return 1\n\n    def g(self):\n        pass',
      '\n        return 1',
    ],
    ['after nothing at all', rest, '', ''],
    ['with line ends of Windows', rest, 'x):\r\n    return x\r\n```\r\n', 'x):\n    return x'],
  ];
  for (const [name, task, decoded, completion] of cases) {
    it(name, () => {
      assert.equal(trimCompletion(task, decoded), completion);
    });
  }

  it('is told to samplers so that they stop where the completion is cut', () => {
    for (const [, task, decoded, completion] of cases) {
      const text = decoded.replaceAll('\r\n', '\n');
      const match = new RegExp(stopRule(task)).exec(text);
      assert.equal((match === null ? text : text.slice(0, match.index)).trimEnd(), completion);
    }
  });
});

describe('a program that the model ended', () => {
  it('ends with its turn or its fence, and not where a limit or other text cut it', () => {
    const ended = (finish: 'end' | 'stop' | 'length', decoded: string): boolean =>
      endsItself({ finish, decoded });
    assert.equal(ended('end', 'x):\n    return x\n'), true);
    assert.equal(ended('stop', 'x):\n    return x\n```'), true);
    assert.equal(ended('stop', 'x):\n    return x\nprint'), false);
    assert.equal(ended('length', 'x):\n    return x'), false);
  });
});

describe('a program', () => {
  it('is prefix and completion in a module of its own', () => {
    const program = assembleProgram(bareTask(), 'x):\n    return x + 1');
    assert.equal(program.text, 'def f(x):\n    return x + 1');
    assert.deepEqual(program.main, { module: 'program', path: 'program.py', source: program.text });
    assert.deepEqual([program.lineOf(1), program.lineOf(2), program.lineOf(3)], [1, 2, undefined]);
  });

  it('stands in the hole of its module, with every other line as it was', () => {
    const before = 'A = 1\n\n\ndef f(x):\n';
    const after = '\n\ndef g():\n    return A\n';
    const host = { module: 'p.m', path: 'p/m.py', before, after, files: [{ path: 'p/n.py', source: '' }] };
    const task = bareTask({ prefix: 'def f(x):', hole: 'body', indent: 4, host });
    const program = assembleProgram(task, '\n    y = x\n    return y');
    assert.equal(program.main.source, `${before}    y = x\n    return y\n${after}`);
    assert.deepEqual([4, 5, 6, 7].map(program.lineOf), [undefined, 2, 3, undefined]);
    const job = executionJob(task, program, 7, DEFAULT_LIMITS);
    assert.deepEqual([job.id, job.main.path, job.files], [7, 'p/m.py', host.files]);
  });
});
