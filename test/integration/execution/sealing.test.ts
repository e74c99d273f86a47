import assert from 'node:assert/strict';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS, type ExecutionResult } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';

describe('programs apart from their checks', function () {
  this.timeout(60_000);
  let executor: Executor;
  let jobs = 0;

  before(async () => {
    executor = await startTestExecutor(1);
  });

  after(async () => {
    await executor.close();
  });

  const run = async (completion: string, of: Task): Promise<ExecutionResult> =>
    await executor.execute(executionJob(of, assembleProgram(of, completion), jobs++, DEFAULT_LIMITS));

  it('change arguments where the check can see it, and nothing else', async () => {
    const sorting = bareTask({
      checks: [
        { kind: 'statements', source: 'a = [3, 1, 2]\nb = a\nassert f(a) is None\nassert b == [1, 2, 3]' },
        { kind: 'statements', source: 'd = {"k": {1}}\nf(d["k"])\nassert d == {"k": set()}' },
      ],
    });
    const sorts = 'x):\n    if isinstance(x, set): x.clear()\n    else: x.sort()';
    const result = await run(sorts, sorting);
    assert.deepEqual([result.verdict, result.sealed], ['passed', true], JSON.stringify(result));
    assert.equal((await run('x):\n    return None', sorting)).verdict, 'failed');
  });

  it('may return every plain type', async () => {
    const values = [
      'None',
      'True',
      '2 ** 100',
      '-2 ** 70',
      '1.5',
      'float("inf")',
      '1 + 2j',
      '"é\\ud800\\x00"',
      'b"\\xff"',
      'bytearray(b"x")',
      '[1, (2, {3: {4}}), frozenset({5})]',
      'range(3, 9, 2)',
      '{"a": [1], (1, 2): None}',
    ];
    for (const value of values) {
      const returning = bareTask({
        checks: [
          { kind: 'statements', source: `assert f(1) == ${value}\nassert type(f(1)) is type(${value})` },
        ],
      });
      const result = await run(`x):\n    return ${value}`, returning);
      assert.deepEqual(
        [result.verdict, result.sealed],
        ['passed', true],
        `${value} ${JSON.stringify(result)}`,
      );
      assert.equal((await run('x):\n    return "other"', returning)).verdict, 'failed');
    }
    const library = [
      ['import collections', 'collections.Counter("aab")'],
      ['import collections', 'collections.deque([1, 2])'],
      ['import collections', 'collections.OrderedDict(a=1)'],
      ['import decimal', 'decimal.Decimal("1.10")'],
      ['import fractions', 'fractions.Fraction(1, 3)'],
      ['import datetime', 'datetime.datetime(2024, 2, 29, 1)'],
      ['import datetime', 'datetime.timedelta(days=-1, seconds=5)'],
    ];
    for (const [imports, value] of library) {
      const returning = bareTask({
        setup: imports ?? '',
        checks: [{ kind: 'statements', source: `assert f(1) == ${value}` }],
      });
      const result = await run(`x):\n    ${imports}\n    return ${value}`, returning);
      assert.deepEqual(
        [result.verdict, result.sealed],
        ['passed', true],
        `${value} ${JSON.stringify(result)}`,
      );
    }
    const lazy = bareTask({
      checks: [{ kind: 'statements', source: 'assert list(f(1)) == [0, 1]\nassert next(f(1)) == 0' }],
    });
    assert.equal((await run('x):\n    yield from range(2)', lazy)).verdict, 'passed');
  });

  it('hand over values, not objects: what is equal to nothing stays so, and nothing is the same object', async () => {
    const same = bareTask({
      checks: [{ kind: 'statements', source: 'a = [1]\nassert f(a) == a and f(a) is not a' }],
    });
    assert.equal((await run('x):\n    return x', same)).verdict, 'passed');
    for (const [value, verdict] of [
      ['float("nan")', 'failed'],
      ['[float("nan")]', 'failed'],
      ['float("inf")', 'passed'],
      ['-0.0', 'passed'],
    ] as const) {
      const returning = bareTask({
        checks: [{ kind: 'statements', source: `v = ${value}\nassert f(v) == v` }],
      });
      const result = await run('x):\n    return x', returning);
      assert.deepEqual([result.verdict, result.sealed], [verdict, true], value);
    }
  });

  it('are judged beside their checks where these hand over objects, and it is said', async () => {
    const callback = bareTask({ checks: [{ kind: 'statements', source: 'assert f(lambda y: y + 1) == 2' }] });
    const result = await run('x):\n    return x(1)', callback);
    assert.deepEqual([result.verdict, result.sealed], ['passed', false], JSON.stringify(result));
    const own = bareTask({ checks: [{ kind: 'statements', source: 'assert f(1) == Pair(1)' }] });
    const pair =
      'x):\n    return Pair(x)\n\nclass Pair:\n    def __init__(self, v): self.v = v\n    def __eq__(self, o): return self.v == o.v';
    assert.deepEqual([(await run(pair, own)).verdict, (await run(pair, own)).sealed], ['passed', false]);
  });
});
