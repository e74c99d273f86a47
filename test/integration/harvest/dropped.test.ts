import assert from 'node:assert/strict';
import path from 'node:path';
import { harvestWorkspace } from '../../../src/harvest/workspace.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import { idsOf, reasonOf, useHarvester } from './support.ts';

describe('functions that are no tasks', function () {
  this.timeout(120_000);
  const harvester = useHarvester();

  it('names the packages that tests or modules miss, but not those that they can do without', async () => {
    const found = await harvester.harvest({
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
    assert.deepEqual(idsOf(found), ['m.py:b', 'o.py:d']);
    assert.match(reasonOf(found, 'm.py:a'), /needs no_such_package_three: install/);
    assert.match(reasonOf(found, 'n.py:c'), /needs no_such_package_one: install/);
  });

  it('keeps on record what cannot be read', async () => {
    const found = await harvester.harvest({
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
    assert.deepEqual(idsOf(found), ['good.py:f']);
    assert.deepEqual(
      found.dropped.map((drop) => drop.path),
      ['bad.py', 'deep.py', 'huge.py', 'latin.py', 'null.py'],
    );
    assert.equal(found.dropped[0]?.line, 2);
    assert.match(found.dropped[0].reason, /does not parse/);
    assert.match(reasonOf(found, 'latin.py'), /not UTF-8/);
    assert.match(reasonOf(found, 'huge.py'), /larger than/);
  });

  it('drops what fails today, is flaky, or passes without a body', async () => {
    const coins = Array.from({ length: 40 }, (_, index) => `coin_${index}`);
    const found = await harvester.harvest({
      'm.py': [
        'import os, time',
        'def fails(x):\n    return x / 0',
        'def clock():\n    return time.time()',
        'def weak(x):\n    return 1',
        'def late():\n    while True:\n        pass',
        ...coins.map((name, at) => `def ${name}(x):\n    return os.urandom(1)[0] % 2 + x + ${at} - ${at}`),
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
      found.dropped.some((drop) =>
        /flaky or depend on their order: run [23] of 3 failed: AssertionError.*assert m\.coin/.test(
          drop.reason,
        ),
      ),
    );
  });

  it('leaves out what is no body to write', async () => {
    const long = Array.from({ length: 41 }, (_, index) => `    x += ${index}`).join('\n');
    const found = await harvester.harvest({
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
    assert.deepEqual(idsOf(found), ['m.py:A.fine', 'm.py:outer']);
    assert.match(reasonOf(found, 'm.py:long'), /more than 40 lines/);
    assert.match(reasonOf(found, 'm.py:twice'), /defined more than once/);
  });

  it('refuses what is no folder or no interpreter, and stops when told to', async () => {
    const workspace = await harvester.makeWorkspace({ 'm.py': 'x = 1\n' });
    const { interpreter, executor } = harvester;
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
