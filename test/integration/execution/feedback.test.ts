import assert from 'node:assert/strict';
import { renderFeedback } from '../../../src/core/feedback.ts';
import { assembleProgram, executionJob } from '../../../src/core/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';

/** What is to be said of a program; where CPython's own words changed, from which minor version of 3 on. */
type Golden = [
  says: string,
  completion: string,
  check: string,
  text: string | [from: number, text: string][],
];

const LONG = 'list(range(40))';
const GOLDEN: Golden[] = [
  [
    'where two long lists part',
    'x):\n    return [*range(37), 0, 38, 39]',
    `assert f(1) == ${LONG}`,
    `AssertionError
check: assert f(1) == list(range(40))
got: ${list(37, '0, 38, 39')}
expected: ${list(40)}
difference: at item 37 got 0, expected 37`,
  ],
  [
    'where two long strings part',
    'x):\n    return "a" * 50 + "b" + "a" * 49',
    'assert f(1) == "a" * 100',
    `AssertionError
check: assert f(1) == "a" * 100
got: '${'a'.repeat(50)}b${'a'.repeat(49)}'
expected: '${'a'.repeat(100)}'
difference: at character 50 got 'aaaaabaaaaaaaaaaaaaaaaaaa', expected 'aaaaaaaaaaaaaaaaaaaaaaaaa'`,
  ],
  [
    'which key a long dict lacks',
    'x):\n    return {n: n * n for n in range(20) if n != 7}',
    'assert f(1) == {n: n * n for n in range(20)}',
    `AssertionError
check: assert f(1) == {n: n * n for n in range(20)}
got: {${squares(7)}}
expected: {${squares()}}
difference: key 7 is missing`,
  ],
  [
    'which input failed first, where the check does not spell it out',
    'x):\n    return x if x < 3 else 0',
    'for n in range(9):\n    assert f(n) == n',
    'AssertionError\ncheck: assert f(n) == n\ncall: f(3)\ngot: 0\nexpected: 3',
  ],
  [
    'what the names stood for where it went wrong',
    'x):\n    words = ["a", "b"]\n    seen = {1: {2}}\n    g = len\n    return words[x + 1]',
    'assert f(1) == 2',
    `IndexError: list index out of range
check: assert f(1) == 2
line 5, in f: return words[x + 1]
where x = 1, words = ['a', 'b'], seen = {1: {2}}`,
  ],
  [
    'what CPython suggests',
    'value):\n    return valeu + 1',
    'assert f(1) == 2',
    [
      [9, nameError('')],
      [10, nameError(". Did you mean: 'value'?")],
    ],
  ],
  [
    'what CPython suggests for an attribute',
    'x):\n    return [x].appendd(1)',
    'assert f(1) == 2',
    [
      [9, attributeError('')],
      [10, attributeError(". Did you mean: 'append'?")],
    ],
  ],
  [
    'what CPython suggests for an argument, once',
    'x):\n    return g(valeu=x)\n\ndef g(value):\n    return value',
    'assert f(1) == 2',
    [
      [9, argumentError('')],
      [13, argumentError(". Did you mean 'value'?")],
    ],
  ],
  [
    'which import CPython misses',
    'x):\n    return math.floor(x)',
    'assert f(1) == 2',
    [
      [9, importForgotten('')],
      [12, importForgotten(". Did you forget to import 'math'?")],
    ],
  ],
  [
    'no message where the exception has none to give',
    'x):\n    class E(NameError):\n        def __str__(self): raise KeyError\n    raise E()',
    'assert f(1) == 2',
    'E: <no message>\ncheck: assert f(1) == 2\nline 4, in f: raise E()\nwhere x = 1',
  ],
  [
    'where a bracket was left open',
    'x):\n    return (x',
    'assert f(1) == 2',
    [
      [9, 'SyntaxError: unexpected EOF while parsing\nline 2: return (x'],
      [10, "SyntaxError: '(' was never closed\nline 2: return (x"],
    ],
  ],
  [
    'that text stands behind the function',
    'x):\n    return x\n\nThis function adds one.',
    'assert f(1) == 2',
    'SyntaxError: invalid syntax\nline 4, text after the function: This function adds one.',
  ],
  [
    'which value was false',
    'x):\n    return []',
    'assert f(1)',
    'AssertionError\ncheck: assert f(1)\ngot: []\nexpected: a true value',
  ],
  [
    'a value without its address',
    'x):\n    return object()',
    'assert f(1) == 2',
    'AssertionError\ncheck: assert f(1) == 2\ngot: <object object>\nexpected: 2',
  ],
  [
    'which package is missing for a check',
    'x):\n    return x',
    'import nonexistent_package\nassert f(1) == 2',
    `ModuleNotFoundError: No module named 'nonexistent_package'
check: import nonexistent_package assert f(1) == 2`,
  ],
  [
    'that a check is no Python',
    'x):\n    return x',
    'assert f(1) ==',
    'HarnessError: the program could not be run: SyntaxError: invalid syntax\ncheck: assert f(1) ==',
  ],
];

describe('feedback of the interpreter', function () {
  this.timeout(60_000);
  const executors: Executor[] = [];
  let jobs = 0;

  before(async () => {
    // Two of them, with and without namespaces, must say the same.
    executors.push(await startTestExecutor(1), await startTestExecutor(1, { most: 'T2' }));
  });

  after(async () => {
    await Promise.all(executors.map((executor) => executor.close()));
  });

  const said = async (executor: Executor, task: Task, completion: string): Promise<string> => {
    const program = assembleProgram(task, completion);
    const result = await executor.execute(executionJob(task, program, jobs++, DEFAULT_LIMITS));
    return renderFeedback(program, result, () => 0);
  };

  for (const [says, completion, check, golden] of GOLDEN) {
    it(`says ${says}, beside the checks and apart from them`, async () => {
      for (const executor of executors) {
        for (const sealable of [true, false]) {
          const task = bareTask({ checks: [{ kind: 'statements', source: check }], sealable });
          const text = await said(executor, task, completion);
          const wanted = goldenFor(executor.pythonVersion, golden);
          // Beside the program nobody stands between a check and its calls.
          assert.equal(text, sealable ? wanted : wanted.replace(/^call: .*\n/m, ''));
        }
      }
    });
  }
});

function goldenFor(version: string, golden: Golden[3]): string {
  if (typeof golden === 'string') return golden;
  const minor = Number(version.split('.')[1]);
  return golden.findLast(([from]) => from <= minor)?.[1] ?? '';
}

function list(count: number, more?: string): string {
  return `[${[...Array.from({ length: count }, (_, index) => String(index)), ...(more === undefined ? [] : [more])].join(', ')}]`;
}

function squares(without?: number): string {
  return Array.from({ length: 20 }, (_, n) => n)
    .filter((n) => n !== without)
    .map((n) => `${n}: ${n * n}`)
    .join(', ');
}

function nameError(suggestion: string): string {
  return `NameError: name 'valeu' is not defined${suggestion}
check: assert f(1) == 2
line 2, in f: return valeu + 1
where value = 1`;
}

function attributeError(suggestion: string): string {
  return `AttributeError: 'list' object has no attribute 'appendd'${suggestion}
check: assert f(1) == 2
line 2, in f: return [x].appendd(1)
where x = 1`;
}

function argumentError(suggestion: string): string {
  return `TypeError: g() got an unexpected keyword argument 'valeu'${suggestion}
check: assert f(1) == 2
line 2, in f: return g(valeu=x)
where x = 1`;
}

function importForgotten(suggestion: string): string {
  return `NameError: name 'math' is not defined${suggestion}
check: assert f(1) == 2
line 2, in f: return math.floor(x)
where x = 1`;
}
