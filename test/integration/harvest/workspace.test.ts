import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assembleProgram, executionJob } from '../../../src/core/program.ts';
import { startExecutor, type Executor } from '../../../src/execution/executor.ts';
import { harvestWorkspace, type Harvest } from '../../../src/harvest/workspace.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import { Task } from '../../../src/protocol/task.ts';
import { makeInterpreter, makeWorkspace, treeHash } from './support.ts';

describe('tasks of a workspace', function () {
  this.timeout(120_000);
  let folder = '';
  const interpreters = { bare: '', pytest: '' };
  const executors: { bare?: Executor; pytest?: Executor } = {};
  const workspaces: string[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'leti-interpreters-'));
    interpreters.bare = await makeInterpreter(path.join(folder, 'bare'), false);
    interpreters.pytest = await makeInterpreter(path.join(folder, 'pytest'), true);
    executors.bare = await startExecutor({ interpreter: interpreters.bare, allowUncontained: false });
    executors.pytest = await startExecutor({ interpreter: interpreters.pytest, allowUncontained: false });
  });
  after(async () => {
    await executors.bare?.close();
    await executors.pytest?.close();
    for (const made of [folder, ...workspaces]) await rm(made, { recursive: true, force: true });
  });

  /** Harvests a workspace of these files, and checks that nothing in it has changed. */
  const harvest = async (
    files: Record<string, string | Uint8Array>,
    which: 'bare' | 'pytest' = 'bare',
  ): Promise<Harvest> => {
    const workspace = await makeWorkspace(files);
    workspaces.push(workspace);
    const before = await treeHash(workspace);
    const executor = executors[which];
    assert.ok(executor);
    const found = await harvestWorkspace({ workspace, interpreter: interpreters[which], executor });
    assert.equal(await treeHash(workspace), before, 'the workspace was changed');
    for (const task of found.tasks) {
      assert.deepEqual(Task.parse(task), task);
      assert.doesNotMatch(task.prefix, /\s$/);
      assert.ok(task.host?.files.every((file) => file.path !== task.host?.path));
    }
    return found;
  };
  const ids = (found: Harvest): string[] => found.tasks.map((task) => task.id).sort();
  const reasonOf = (found: Harvest, id: string): string => {
    const drop = found.dropped.find((one) => one.id === id);
    assert.ok(drop, `${id} is not among the dropped: ${JSON.stringify(found.dropped)}`);
    return drop.reason;
  };

  it('finds every function of the example', async () => {
    const workspace = path.resolve('examples/workspace');
    const before = await treeHash(workspace);
    const progress: string[] = [];
    const executor = executors.bare;
    assert.ok(executor);
    const found = await harvestWorkspace({
      workspace,
      interpreter: interpreters.bare,
      executor,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    assert.deepEqual(found.dropped, []);
    assert.ok(found.tasks.length >= 70, String(found.tasks.length));
    assert.equal(progress.at(-1), `${found.tasks.length}/${found.tasks.length}`);
    assert.equal(await treeHash(workspace), before);
  });

  it('shows what a function uses, ends the prefix behind the docstring, and keeps the body for the reference', async () => {
    const found = await harvest({
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
    assert.deepEqual(ids(found), ['shop/prices.py:taxed']);
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
      {
        kind: 'test',
        module: 'test_prices',
        path: 'tests/test_prices.py',
        name: 'test_taxed',
        runner: 'plain',
      },
      {
        kind: 'test',
        module: 'test_prices',
        path: 'tests/test_prices.py',
        name: 'test_limit',
        runner: 'plain',
      },
    ]);
    assert.equal(task.host?.module, 'shop.prices');
    assert.deepEqual(
      task.host.files.map((file) => file.path),
      ['shop/__init__.py', 'shop/rates.py', 'tests/test_prices.py'],
    );
    assert.match(reasonOf(found, 'shop/prices.py:round_up'), /no test uses it/);
  });

  it('finds methods, with their class in front', async () => {
    const found = await harvest({
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
    assert.deepEqual(ids(found), ['stack.py:Base.size', 'stack.py:Stack.push', 'stack.py:Stack.top']);
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
      {
        kind: 'test',
        module: 'test_stack',
        path: 'test_stack.py',
        name: 'StackTest.test_push',
        runner: 'unittest',
      },
    ]);
    assert.ok(found.tasks.some((task) => task.prefix.endsWith('    @property\n    def top(self):')));
  });

  it('understands the src layout, re-exports, relative imports of tests and helpers of tests', async () => {
    const found = await harvest({
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
    assert.deepEqual(ids(found), [
      'src/lib/core.py:first',
      'src/lib/more.py:second',
      'src/lib/more.py:third',
    ]);
    assert.deepEqual(
      found.tasks.map((task) => task.host?.module),
      ['lib.core', 'lib.more', 'lib.more'],
    );
    assert.deepEqual(found.tasks[0]?.checks, [
      {
        kind: 'test',
        module: 'tests.unit.test_lib',
        path: 'tests/unit/test_lib.py',
        name: 'TestLib.test_first',
        runner: 'plain',
      },
    ]);
  });

  it('takes doctests, alone and beside tests', async () => {
    const found = await harvest({
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

  it('takes asserts at the top of a test file where they can run beside the program', async () => {
    const found = await harvest({
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
    assert.deepEqual(ids(found), ['m.py:a']);
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
    const found = await harvest(fixtures);
    assert.deepEqual(ids(found), ['m.py:plain']);
    for (const name of ['cases', 'fixed', 'shared']) {
      assert.match(reasonOf(found, `m.py:${name}`), /pytest.*install/);
    }
  });

  it('uses fixtures and parametrised cases with the pytest of the workspace', async () => {
    const found = await harvest(fixtures, 'pytest');
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

  it('names the packages that tests or modules miss, but not those that they can do without', async () => {
    const found = await harvest({
      'm.py': 'def a(x):\n    return x + 1\ndef b(x):\n    return x + 2\n',
      'n.py': 'import no_such_package_one.sub\ndef c(x):\n    return x\n',
      'o.py': [
        'try:',
        '    import no_such_package_two',
        'except ImportError:',
        '    no_such_package_two = None',
        'def d(x):',
        '    return x * 5',
        '',
      ].join('\n'),
      'test_a.py': 'import no_such_package_three\nfrom m import a\ndef test_a():\n    assert a(1) == 2\n',
      'test_b.py': 'from m import a, b\ndef test_b():\n    assert b(1) == 3\n',
      'test_c.py': 'from n import c\ndef test_c():\n    assert c(1) == 1\n',
      'test_d.py': 'from o import d\ndef test_d():\n    assert d(1) == 5\n',
    });
    assert.deepEqual(ids(found), ['m.py:b', 'o.py:d']);
    assert.match(reasonOf(found, 'm.py:a'), /needs no_such_package_three: install/);
    assert.match(reasonOf(found, 'n.py:c'), /needs no_such_package_one: install/);
  });

  it('keeps on record what cannot be read', async () => {
    const found = await harvest({
      'good.py': 'def f(x):\n    return x + 1\n',
      'test_good.py': 'from good import f\ndef test_f():\n    assert f(1) == 2\n',
      'bad.py': 'x = 1\ndef broken(:\n',
      'latin.py': Uint8Array.from([0x23, 0xe9, 0x0a]),
      'null.py': 'a = "\0"\n',
      'deep.py': `x = ${'('.repeat(5000)}1${')'.repeat(5000)}\n`,
      'huge.py': `x = "${'a'.repeat(500_000)}"\n`,
      '.hidden/x.py': 'def broken(:\n',
      'venv/x.py': 'def broken(:\n',
      'env39/pyvenv.cfg': '',
      'env39/lib/x.py': 'def broken(:\n',
      'generated/x.py': 'def broken(:\n',
      '.gitignore': '# built\ngenerated/\n*_pb2.py\n',
      'a_pb2.py': 'def broken(:\n',
    });
    assert.deepEqual(ids(found), ['good.py:f']);
    assert.deepEqual(
      found.dropped.map((drop) => drop.path),
      ['bad.py', 'deep.py', 'huge.py', 'latin.py', 'null.py'],
    );
    assert.equal(found.dropped[0]?.line, 2);
    assert.match(found.dropped[0].reason, /does not parse/);
    assert.match(reasonOf(found, 'latin.py'), /not UTF-8/);
    assert.match(reasonOf(found, 'huge.py'), /larger than/);
  });

  it('copes with CRLF, tabs, byte order marks, wide characters and bodies on the header line', async () => {
    const found = await harvest({
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
    assert.deepEqual(ids(found), ['crlf.py:a', 'one.py:d', 'tabs.py:T.b', 'tabs.py:T.c']);
    const by = new Map(found.tasks.map((task) => [task.name, task]));
    assert.equal(by.get('a')?.prefix, 'def a(x):\n    """Añade."""');
    assert.equal(by.get('a')?.host?.after, '\nAFTER = 1\n');
    assert.equal(by.get('T.b')?.indent, 2);
    assert.equal(by.get('T.b')?.prefix, 'class T:\n\n\tdef b(self, x):\n\t\t"""Ünï."""');
    assert.equal(by.get('d')?.prefix, 'def d(x: int, key={1: lambda y: y}) -> "int":');
    assert.equal(by.get('d')?.reference, '\n    return x * 3  # short');
    assert.match(reasonOf(found, 'one.py:e'), /docstring/);
  });

  it('drops what fails today, is flaky, or passes without a body', async () => {
    const coins = Array.from({ length: 40 }, (_, index) => `coin_${index}`);
    const found = await harvest({
      'm.py': [
        'import os, time',
        'def fails(x):\n    return x / 0',
        'def clock():\n    return time.time()',
        'def weak(x):\n    return 1',
        'def late():\n    while True:\n        pass',
        ...coins.map((name) => `def ${name}(x):\n    return os.urandom(1)[0] % 2 + x`),
        '',
      ].join('\n'),
      'test_m.py': [
        'import m',
        'def test_fails():\n    assert m.fails(1) == 1',
        'def test_clock():\n    assert m.clock() < 1000',
        'def test_weak():\n    m.weak(1)',
        'def test_late():\n    m.late()',
        ...coins.map((name) => `def test_${name}():\n    assert m.${name}(0) == 1`),
        '',
      ].join('\n'),
    });
    assert.match(reasonOf(found, 'm.py:fails'), /fail today: ZeroDivisionError: division by zero/);
    assert.match(reasonOf(found, 'm.py:clock'), /fail today: AssertionError.*in assert m\.clock\(\) < 1000/);
    assert.match(reasonOf(found, 'm.py:weak'), /pass on an empty body/);
    assert.match(reasonOf(found, 'm.py:late'), /fail today: Timeout/);
    assert.ok(
      found.dropped.some((drop) => drop.reason.includes('flaky, the second run failed: AssertionError')),
    );
  });

  it('leaves out what is no body to write', async () => {
    const long = Array.from({ length: 41 }, (_, index) => `    x += ${index}`).join('\n');
    const found = await harvest({
      'm.py': [
        'from abc import abstractmethod',
        'from typing import overload',
        'class A:',
        '    def __init__(self):\n        self.x = 1',
        '    def __len__(self):\n        return 3',
        '    @abstractmethod\n    def todo(self):\n        return 1',
        '    def stub(self):\n        raise NotImplementedError',
        '    def fine(self):\n        return 2',
        '@overload\ndef o(x):\n    return x',
        'def empty():\n    """Nothing."""',
        'def outer(x):\n    def inner():\n        return x\n    return inner()',
        `def long(x):\n${long}\n    return x`,
        'def twice(x):\n    return x',
        'def twice(x):\n    return x + 1',
        '',
      ].join('\n'),
      'test_m.py': [
        'from m import *',
        'def test_all():',
        '    a = A()',
        '    assert (len(a), a.fine(), outer(1), long(0), twice(1)) == (3, 2, 1, 820, 2)',
      ].join('\n'),
    });
    assert.deepEqual(ids(found), ['m.py:A.fine', 'm.py:outer']);
    assert.match(reasonOf(found, 'm.py:long'), /more than 40 lines/);
    assert.match(reasonOf(found, 'm.py:twice'), /defined more than once/);
  });

  it('gives one family to functions that are made alike', async () => {
    const found = await harvest({
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
    const found = await harvest({
      'm.py': 'def f(x):\n    """Add one."""\n    return x + 1\n\n\nLATER = f(1)\n',
      'test_m.py': 'from m import f, LATER\ndef test_f():\n    assert f(2) == 3 and LATER == 2\n',
    });
    const [task] = found.tasks;
    assert.ok(task && executors.bare);
    const verdict = async (completion: string): Promise<string | undefined> =>
      (
        await executors.bare?.execute(
          executionJob(task, assembleProgram(task, completion), 1, DEFAULT_LIMITS),
        )
      )?.verdict;
    assert.equal(await verdict('\n    y = 1\n    return y + x'), 'passed');
    assert.equal(await verdict('\n    return x + 2'), 'failed');
    assert.equal(await verdict('\n    return ('), 'syntax');
  });

  it('refuses what is no folder or no interpreter, and stops when told to', async () => {
    const workspace = await makeWorkspace({ 'm.py': 'x = 1\n' });
    workspaces.push(workspace);
    const executor = executors.bare;
    assert.ok(executor);
    const interpreter = interpreters.bare;
    await assert.rejects(
      harvestWorkspace({ workspace: path.join(workspace, 'm.py'), interpreter, executor }),
      (error) => error instanceof UserError && error.exitCode === 2 && error.message.includes('not a folder'),
    );
    await assert.rejects(
      harvestWorkspace({ workspace, interpreter: path.join(workspace, 'none'), executor }),
      (error) => error instanceof UserError && error.message.includes('could not look through'),
    );
    await assert.rejects(
      harvestWorkspace({ workspace, interpreter, executor, signal: AbortSignal.abort() }),
      InterruptedError,
    );
    assert.deepEqual(await harvestWorkspace({ workspace, interpreter, executor }), {
      tasks: [],
      dropped: [],
    });
  });
});
