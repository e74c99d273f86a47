import assert from 'node:assert/strict';
import { idsOf, reasonOf, useHarvester } from './support.ts';

describe('checks found in a workspace', function () {
  this.timeout(120_000);
  const harvester = useHarvester();
  const withPytest = useHarvester(true);

  it('takes doctests, alone and beside tests', async () => {
    const found = await harvester.harvest({
      'm.py': [
        'def both(x):',
        '    """Double.',
        '',
        '    >>> both(2)',
        '    4',
        '    """',
        '    return x * 2',
        'def alone(x):',
        '    """Halve.',
        '    >>> alone(4)',
        '    2.0',
        '    """',
        '    return x / 2',
        'def wrong(x):',
        '    """>>> wrong(1)',
        '    5',
        '    """',
        '    return x',
      ].join('\n'),
      'test_m.py': 'from m import both\ndef test_both():\n    assert both(1) == 2\n',
    });
    assert.deepEqual(
      found.tasks.map((task) => [task.id, task.source, task.checks.map((check) => check.kind)]),
      [
        ['m.py:both', 'tests', ['test', 'doctest']],
        ['m.py:alone', 'doctests', ['doctest']],
      ],
    );
    assert.equal(found.tasks[1]?.instruction, 'Write the body of the Python function `alone`: Halve.');
    assert.match(reasonOf(found, 'm.py:wrong'), /^its checks fail today/);
  });

  it('leaves out of a test file what tests other functions, and keeps the lines of what stays', async () => {
    const lines = [
      'from m import a, b',
      'def helper():',
      '    return 1',
      'def test_a():',
      '    assert a(helper()) == 2',
      'class TestB:',
      '    def test_b(self):',
      '        assert b(1) == 0',
      'def test_named():',
      '    pass',
      'ALL = [test_named]',
      '# the end',
    ];
    const found = await harvester.harvest({
      'm.py': 'def a(x):\n    return x + 1\ndef b(x):\n    return x - 1\n',
      'test_m.py': lines.join('\n'),
      'test_shared.py':
        'from m import a\ndef test_other():\n    assert a(5) == 6\ndef test_unused():\n    pass\n',
      'test_uses.py':
        'import test_shared\nfrom m import a\ndef test_it():\n    test_shared.test_other()\n    assert a(0) == 1\n',
    });
    const kept = (name: string, file: string): string[] | undefined => {
      const files = found.tasks.find((task) => task.name === name)?.host?.testFiles;
      return files?.find((one) => one.path === file)?.source.split('\n');
    };
    const without = (first: number, last: number): string[] =>
      lines.map((line, at) => (at + 1 >= first && at + 1 <= last ? '' : line));
    assert.deepEqual(kept('a', 'test_m.py'), without(6, 8));
    assert.deepEqual(kept('b', 'test_m.py'), without(4, 5));
    assert.match(kept('a', 'test_shared.py')?.join('\n') ?? '', /def test_unused/, 'another file imports it');
  });

  it('takes asserts at the top of a test file where they can run beside the program', async () => {
    const found = await harvester.harvest({
      'm.py': 'def a(x):\n    return x + 1\ndef b(x):\n    return x - 1\n',
      'test_m.py': [
        'import math',
        'from m import a, b',
        'SEEN = 3',
        'assert a(1) == 2',
        'assert math.floor(a(1.5)) == 2',
        'assert b(SEEN) == 2',
      ].join('\n'),
    });
    const task = found.tasks.find((one) => one.name === 'a');
    assert.deepEqual(task?.checks, [
      { kind: 'statements', source: 'assert a(1) == 2' },
      { kind: 'statements', source: 'import math\nassert math.floor(a(1.5)) == 2' },
    ]);
    assert.deepEqual(idsOf(found), ['m.py:a']);
    assert.match(reasonOf(found, 'm.py:b'), /use names that only exist there/);
  });

  const fixtures = {
    'm.py': [
      'def plain(x):\n    return x + 1',
      'def cases(x):\n    return x * 2',
      'def fixed(x):\n    return x * 3',
      'def shared(x):\n    return x * 4\n',
    ].join('\n'),
    'conftest.py':
      'import pytest\nfrom m import shared\n@pytest.fixture\ndef four():\n    return shared(1)\n',
    'test_plain.py': 'from m import plain\ndef test_plain():\n    assert plain(1) == 2\n',
    'test_m.py': [
      'import pytest',
      'from m import cases, fixed',
      '@pytest.fixture',
      'def three():',
      '    return fixed(1)',
      '@pytest.mark.parametrize("x, y", [(1, 2), (2, 4)])',
      'def test_cases(x, y):',
      '    assert cases(x) == y',
      'def test_fixed(three):',
      '    assert three == 3',
    ].join('\n'),
    'test_shared.py': 'def test_shared(four):\n    assert four == 4\n',
  };

  it('says so when tests need pytest and it is missing', async () => {
    const found = await harvester.harvest(fixtures);
    assert.deepEqual(idsOf(found), ['m.py:plain']);
    for (const name of ['cases', 'fixed', 'shared']) {
      assert.match(reasonOf(found, `m.py:${name}`), /pytest.*install/);
    }
  });

  it('uses fixtures and parametrised cases with the pytest of the workspace', async () => {
    const found = await withPytest.harvest(fixtures);
    assert.deepEqual(found.dropped, []);
    const runners = found.tasks.map((task) => [
      task.name,
      task.checks[0]?.kind === 'test' && task.checks[0].runner,
    ]);
    assert.deepEqual(runners, [
      ['plain', 'plain'],
      ['cases', 'pytest'],
      ['fixed', 'pytest'],
      ['shared', 'pytest'],
    ]);
  });
});
