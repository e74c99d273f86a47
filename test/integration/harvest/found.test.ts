import assert from 'node:assert/strict';
import path from 'node:path';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import { harvestWorkspace } from '../../../src/harvest/workspace.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import { idsOf, reasonOf, testCheck, treeHash, useHarvester } from './support.ts';

describe('tasks found in a workspace', function () {
  this.timeout(120_000);
  const harvester = useHarvester();

  it('finds every function of the example', async () => {
    const workspace = path.resolve('examples/workspace');
    const before = await treeHash(workspace);
    const progress: string[] = [];
    const found = await harvestWorkspace({
      workspace,
      interpreter: harvester.interpreter,
      executor: harvester.executor,
      onProgress: (_phase, done, total) => progress.push(`${done}/${total}`),
    });
    assert.deepEqual(found.dropped, []);
    assert.ok(found.tasks.length >= 70, String(found.tasks.length));
    assert.equal(progress.at(-1), `${found.tasks.length}/${found.tasks.length}`);
    assert.equal(await treeHash(workspace), before);
  });

  it('names the line of the `def`: decorated, of a coroutine, of a method, with a name beyond ASCII', async () => {
    const found = await harvester.harvest({
      'm.py':
        'import functools\n\n\n@functools.cache\ndef menü(x):\n    """\n    >>> menü(1)\n    2\n    """\n    return x + 1\n\n\n' +
        'async def later(x):\n    """\n    >>> import asyncio\n    >>> asyncio.run(later(1))\n    1\n    """\n    return x\n\n\n' +
        'class Größe:\n    @staticmethod\n    def menü():\n        """\n        >>> Größe.menü()\n        3\n        """\n        return 3\n',
    });
    assert.deepEqual(
      found.tasks.map(({ name, host }) => [name, host?.line]),
      [
        ['menü', 5],
        ['later', 13],
        ['Größe.menü', 24],
      ],
    );
  });

  it('shows what a function uses, ends the prefix behind the docstring, and keeps the body for the reference', async () => {
    const found = await harvester.harvest({
      'shop/__init__.py': '',
      'shop/rates.py': 'RATE = 20\n',
      'shop/prices.py': [
        '"""Prices."""',
        'import os',
        'import math',
        'from .rates import RATE',
        '',
        'UNUSED = 1',
        'LIMIT = 100',
        '',
        '',
        'def round_up(x):',
        '    """Round up."""',
        '    return math.ceil(x)',
        '',
        '',
        'def taxed(price):  # a comment',
        '    """Add the tax,',
        '    rounded up.',
        '',
        '    More.',
        '    """',
        '',
        '    # how much',
        '    result = round_up(price * (100 + RATE) / 100)',
        '    return min(result, LIMIT)',
        '',
        '',
        'OTHER = 2',
        '',
      ].join('\n'),
      'tests/test_prices.py': [
        'import shop.prices as p',
        'def test_taxed():',
        '    assert p.taxed(10) == 12',
        'def test_limit():',
        '    assert p.taxed(1000) == 100',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), ['shop/prices.py:taxed']);
    const [task] = found.tasks;
    assert.equal(
      task?.prefix,
      [
        'import math',
        'from .rates import RATE',
        '',
        'LIMIT = 100',
        '',
        '',
        'def round_up(x):',
        '    """Round up."""',
        '    return math.ceil(x)',
        '',
        '',
        'def taxed(price):  # a comment',
        '    """Add the tax,',
        '    rounded up.',
        '',
        '    More.',
        '    """',
      ].join('\n'),
    );
    assert.equal(
      task.reference,
      '\n    # how much\n    result = round_up(price * (100 + RATE) / 100)\n    return min(result, LIMIT)',
    );
    assert.equal(task.instruction, 'Write the body of the Python function `taxed`: Add the tax, rounded up.');
    assert.deepEqual(task.checks, [
      testCheck('test_prices', 'tests/test_prices.py', 'test_taxed'),
      testCheck('test_prices', 'tests/test_prices.py', 'test_limit'),
    ]);
    assert.equal(task.host?.module, 'shop.prices');
    assert.deepEqual(
      task.host.files.map((file) => file.path),
      ['shop/__init__.py', 'shop/rates.py'],
    );
    assert.deepEqual(
      task.host.testFiles?.map((file) => file.path),
      ['tests/test_prices.py'],
    );
    assert.match(reasonOf(found, 'shop/prices.py:round_up'), /no test uses it/);
  });

  it('finds methods, with their class in front', async () => {
    const found = await harvester.harvest({
      'stack.py': [
        'class Base:',
        '    def size(self):',
        '        return len(self.items)',
        '',
        'class Stack(Base):',
        '    """A stack."""',
        '    kind = "lifo"',
        '    def __init__(self):',
        '        self.items = []',
        '    def _grow(self, item):',
        '        """Add at the end."""',
        '        self.items.append(item)',
        '    def push(self, item):',
        '        """Put an item on top."""',
        '        self._grow(item)',
        '    @property',
        '    def top(self):',
        '        return self.items[-1]',
        '    def unseen(self):',
        '        return 1',
        '',
      ].join('\n'),
      'test_stack.py': [
        'import unittest',
        'from stack import Stack',
        'class StackTest(unittest.TestCase):',
        '    def setUp(self):',
        '        self.stack = Stack()',
        '    def test_push(self):',
        '        self.stack.push(1)',
        '        self.assertEqual(self.stack.top, 1)',
        '        self.assertEqual(self.stack.size(), 1)',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), ['stack.py:Base.size', 'stack.py:Stack.push', 'stack.py:Stack.top']);
    const push = found.tasks.find((task) => task.name === 'Stack.push');
    assert.equal(
      push?.prefix,
      [
        'class Base:',
        '    def size(self):',
        '        return len(self.items)',
        '',
        '',
        'class Stack(Base):',
        '    """A stack."""',
        '    kind = "lifo"',
        '',
        '    def __init__(self):',
        '        self.items = []',
        '',
        '    def _grow(self, item):',
        '        """Add at the end."""',
        '        ...',
        '',
        '    def push(self, item):',
        '        """Put an item on top."""',
      ].join('\n'),
    );
    assert.equal(push.indent, 8);
    assert.deepEqual(push.checks, [
      testCheck('test_stack', 'test_stack.py', 'StackTest.test_push', 'unittest'),
    ]);
    assert.ok(found.tasks.some((task) => task.prefix.endsWith('    @property\n    def top(self):')));
  });

  it('understands the src layout, re-exports, relative imports of tests and helpers of tests', async () => {
    const found = await harvester.harvest({
      'src/lib/__init__.py': 'from .core import *\nfrom .more import second as two\n',
      'src/lib/core.py': 'def first(x):\n    return x + 1\n',
      'src/lib/more.py': 'def second(x):\n    return x + 2\n\ndef third(x):\n    return x + 3.5\n',
      'tests/__init__.py': '',
      'tests/helpers.py': 'from lib import more\ndef check(x, y):\n    assert more.third(x) == y\n',
      'tests/unit/__init__.py': '',
      'tests/unit/test_lib.py': [
        'import lib',
        'from ..helpers import check',
        'from lib.more import third',
        'def plus(x):',
        '    return lib.first(x)',
        'class TestLib:',
        '    def test_first(self):',
        '        assert plus(1) == 2',
        '    def test_two(self):',
        '        assert lib.two(1) == 3',
        'def test_third():',
        '    f = third',
        '    check(1, 4.5)',
        '    assert f(0) == 3.5',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), [
      'src/lib/core.py:first',
      'src/lib/more.py:second',
      'src/lib/more.py:third',
    ]);
    assert.deepEqual(
      found.tasks.map((task) => task.host?.module),
      ['lib.core', 'lib.more', 'lib.more'],
    );
    assert.deepEqual(found.tasks[0]?.checks, [
      testCheck('tests.unit.test_lib', 'tests/unit/test_lib.py', 'TestLib.test_first'),
    ]);
  });

  it('copes with CRLF, tabs, byte order marks, wide characters and bodies on the header line', async () => {
    const found = await harvester.harvest({
      'crlf.py': '\ufeffdef a(x):\r\n    """Añade."""\r\n    return x + 1\r\n\r\nAFTER = 1\r\n',
      'tabs.py':
        'class T:\n\tdef b(self, x):\n\t\t"""Ünï."""\n\t\tif x:\n\t\t\treturn x - 1\n\t\treturn 0\n\n\tdef c(self):\n\t\treturn 7\n',
      'one.py':
        'def d(x: int, key={1: lambda y: y}) -> "int": return x * 3  # short\ndef e(x):\n  """D."""; return x\n',
      'test_all.py': [
        'from crlf import a',
        'from tabs import T',
        'from one import d, e',
        'def test_a():\n    assert a(1) == 2',
        'def test_b():\n    assert T().b(3) == 2',
        'def test_c():\n    assert T().c() == 7',
        'def test_d():\n    assert d(2) == 6',
        'def test_e():\n    assert e(2) == 2',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), ['crlf.py:a', 'one.py:d', 'tabs.py:T.b', 'tabs.py:T.c']);
    const by = new Map(found.tasks.map((task) => [task.name, task]));
    assert.equal(by.get('a')?.prefix, 'def a(x):\n    """Añade."""');
    assert.equal(by.get('a')?.host?.after, '\nAFTER = 1\n');
    assert.equal(by.get('T.b')?.indent, 2);
    assert.equal(by.get('T.b')?.prefix, 'class T:\n\n\tdef b(self, x):\n\t\t"""Ünï."""');
    assert.equal(by.get('d')?.prefix, 'def d(x: int, key={1: lambda y: y}) -> "int":');
    assert.equal(by.get('d')?.reference, '\n    return x * 3  # short');
    assert.match(reasonOf(found, 'one.py:e'), /docstring/);
  });

  it('gives one family to functions that are made alike', async () => {
    const found = await harvester.harvest({
      'm.py': [
        'def grow(size, step):\n    """Add."""\n    for _ in range(3):\n        size += step\n    return size',
        'def climb(height, metres):\n    """Go up."""\n    for _ in range(7):\n        height += metres\n    return height',
        'def shout(text):\n    """Cry out."""\n    return text.upper() + "!"',
        '',
      ].join('\n'),
      'test_m.py': [
        'from m import grow, climb, shout',
        'def test_grow():\n    assert grow(1, 2) == 7',
        'def test_climb():\n    assert climb(1, 2) == 15',
        'def test_shout():\n    assert shout("a") == "A!"',
      ].join('\n'),
    });
    const [grow, climb, shout] = found.tasks;
    assert.equal(grow?.family, climb?.family);
    assert.notEqual(grow?.family, shout?.family);
  });

  it('runs other bodies than the original in their place', async () => {
    const found = await harvester.harvest({
      'm.py': 'def f(x):\n    """Add one."""\n    return x + 1\n\n\nLATER = f(1)\n',
      'test_m.py': 'from m import f, LATER\ndef test_f():\n    assert f(2) == 3 and LATER == 2\n',
    });
    const [task] = found.tasks;
    assert.ok(task);
    const verdict = async (completion: string): Promise<string> =>
      (
        await harvester.executor.execute(
          executionJob(task, assembleProgram(task, completion), 1, DEFAULT_LIMITS),
        )
      ).verdict;
    assert.equal(await verdict('\n    y = 1\n    return y + x'), 'passed');
    assert.equal(await verdict('\n    return x + 2'), 'failed');
    assert.equal(await verdict('\n    return ('), 'syntax');
  });
});
