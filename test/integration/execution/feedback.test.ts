import assert from 'node:assert/strict';
import { renderFeedback } from '../../../src/core/text/feedback.ts';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor, testInterpreters, useExecutorWithPytest } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';

/** What is to be said of a program; where CPython's own words changed, from which minor version of 3 on. */
type Golden = [
  says: string,
  completion: string,
  check: string,
  text: string | [from: number, text: string][],
];

const QUICK = { ...DEFAULT_LIMITS, wallSeconds: 0.8, fairSeconds: 0.05 };
/** For programs that end by themselves, however slow the machine is. */
const PATIENT = { ...DEFAULT_LIMITS, wallSeconds: 30, cpuSeconds: 30 };
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
  [
    'what a set has too much and lacks',
    'x):\n    return set(range(1, 31))',
    'assert f(1) == set(range(30))',
    `AssertionError
check: assert f(1) == set(range(30))
got: {${list(31).slice(4, -1)}}
expected: {${list(30).slice(1, -1)}}
difference: too much {30}, missing {0}`,
  ],
  [
    'where long bytes part',
    'x):\n    return b"a" * 70',
    'assert f(1) == b"a" * 69 + b"b"',
    `AssertionError
check: assert f(1) == b"a" * 69 + b"b"
got: b'${'a'.repeat(70)}'
expected: b'${'a'.repeat(69)}b'
difference: at character 69 got b'aaaaaa', expected b'aaaaab'`,
  ],
  [
    'where it hangs',
    'x):\n    while True:\n        x += 1',
    'assert f(1) == 2',
    'Timeout: the program did not finish\ncheck: assert f(1) == 2\nline 2, in f: while True:',
  ],
  [
    'where the memory was full',
    'x):\n    return bytearray(1 << 40)',
    'assert f(1) == 2',
    'MemoryError: the program needed too much memory\ncheck: assert f(1) == 2\nline 2, in f: return bytearray(1 << 40)',
  ],
];

/** A workspace's module whose function `f` is to add 1, with a test of each kind. */
const HOSTED = bareTask({
  prefix: 'def f(x):\n    """Doc."""',
  hole: 'body',
  indent: 4,
  host: {
    module: 'm',
    path: 'm.py',
    before: 'def f(x):\n    """\n    >>> f(1)\n    2\n    """\n',
    after: '',
    files: [
      {
        path: 'test_m.py',
        source: [
          'import unittest',
          'from m import f',
          'def test_plain():\n    assert f(1) == 2',
          'class TestF(unittest.TestCase):\n    def test_two(self):\n        self.assertEqual(f(1), 2)',
          'def test_path(tmp_path, monkeypatch):',
          '    monkeypatch.setenv("N", "1")',
          '    (tmp_path / "n").write_text("1")',
          '    assert f(int((tmp_path / "n").read_text())) == 2',
          'def test_two_at_once(tmp_path):\n    assert f(2) == 3 and f(1) == 2',
        ].join('\n'),
      },
    ],
  },
});
const TEST = { kind: 'test', module: 'test_m', path: 'test_m.py' } as const;
const HOSTED_GOLDEN: [says: string, check: Task['checks'][number], text: string][] = [
  [
    'what a test function compared',
    { ...TEST, name: 'test_plain', runner: 'plain' },
    'AssertionError\ncheck: assert f(1) == 2\ngot: 1\nexpected: 2',
  ],
  [
    'what a unittest compared',
    { ...TEST, name: 'TestF.test_two', runner: 'unittest' },
    'AssertionError\ncheck: assertEqual in test_two\ncall: f(1)\ngot: 1\nexpected: 2\ntest_m.py, in test_two: self.assertEqual(f(1), 2)',
  ],
  ['what a doctest gave', { kind: 'doctest', name: 'f' }, 'AssertionError\ncheck: f(1)\ngot: 1\nexpected: 2'],
];
const PYTEST_GOLDEN: typeof HOSTED_GOLDEN = [
  [
    'what a test with fixtures compared',
    { ...TEST, name: 'test_path', runner: 'pytest' },
    'AssertionError\ncheck: assert f(int((tmp_path / "n").read_text())) == 2\ngot: 1\nexpected: 2',
  ],
  [
    "pytest's own words where more than one comparison might have failed",
    { ...TEST, name: 'test_two_at_once', runner: 'pytest' },
    'AssertionError: assert (2 == 3)\n +  where 2 = f(2)\ncheck: test_two_at_once',
  ],
];

const INTERPRETERS = await testInterpreters();

for (const { path: interpreter, version } of INTERPRETERS) {
  describe(`feedback of Python ${version}`, function () {
    this.timeout(60_000);
    const executors: Executor[] = [];

    before(async () => {
      executors.push(await startTestExecutor(1, { interpreter }));
      // Without namespaces it must say the same. The version of Python makes no difference to that.
      if (interpreter === INTERPRETERS[0]?.path)
        executors.push(await startTestExecutor(1, { interpreter, most: 'T2' }));
    });

    after(async () => {
      await Promise.all(executors.map((executor) => executor.close()));
    });

    for (const [says, completion, check, golden] of GOLDEN) {
      it(`says ${says}, with the checks in its process and in their own`, async () => {
        const compare = async (executor: Executor): Promise<void> => {
          for (const sealable of [true, false]) {
            const task = bareTask({ checks: [{ kind: 'statements', source: check }], sealable });
            const text = await said(executor, task, completion);
            const wanted = goldenFor(executor.pythonVersion, golden);
            // Only checks in their own process see which call failed.
            assert.equal(text, sealable ? wanted : wanted.replace(/^call: .*\n/m, ''));
          }
        };
        await Promise.all(executors.map(compare));
      });
    }

    for (const [says, check, text] of HOSTED_GOLDEN) {
      it(`says ${says}`, async () => {
        for (const executor of executors) {
          assert.equal(await said(executor, { ...HOSTED, checks: [check] }, '\n    return x'), text);
          assert.equal(await said(executor, { ...HOSTED, checks: [check] }, '\n    return x + 1'), '');
        }
      });
    }
  });
}

describe('feedback of pytest', function () {
  this.timeout(120_000);
  const executor = useExecutorWithPytest();

  for (const [says, check, text] of PYTEST_GOLDEN) {
    it(`says ${says}`, async () => {
      assert.equal(await said(executor(), { ...HOSTED, checks: [check] }, '\n    return x'), text);
      assert.equal(await said(executor(), { ...HOSTED, checks: [check] }, '\n    return x + 1'), '');
    });
  }
});

async function said(executor: Executor, task: Task, completion: string): Promise<string> {
  const program = assembleProgram(task, completion);
  const limits = completion.includes('while True') ? QUICK : PATIENT;
  return renderFeedback(program, await executor.execute(executionJob(task, program, 0, limits)), () => 0);
}

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
