import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startExecutor } from '../../../src/execution/executor.ts';
import { coverageOf, suitesOf } from '../../../src/harvest/coverage.ts';
import { scanWorkspace } from '../../../src/harvest/scan.ts';
import { packagesOf, testInterpreters } from '../../support/executor.ts';
import { idsOf, treeHash, useHarvester } from './support.ts';

const SHOP = {
  'src/shop/__init__.py': 'from shop.prices import taxed\n',
  'src/shop/prices.py': [
    'from shop.rounding import up',
    '',
    '',
    'def taxed(price):',
    '    return up(price * 12 / 10)',
    '',
    '',
    'def unused(price):',
    '    return price',
    '',
  ].join('\n'),
  'src/shop/rounding.py': [
    'import functools',
    '',
    '',
    '@functools.lru_cache',
    'def up(x):',
    '    return int(x) + (x > int(x))',
    '',
    '',
    'def steps(n):',
    '    while n > 0:',
    '        yield n',
    '        n -= 1',
    '',
    '',
    'class Basket:',
    '    def __init__(self):',
    '        self.prices = []',
    '',
    '    def add(self, price):',
    '        self.prices.append(price)',
    '        return self',
    '',
    '    @property',
    '    def total(self):',
    '        return sum(self.prices)',
    '',
    '    async def later(self):',
    '        return self.total * 2',
    '',
  ].join('\n'),
  'tests/conftest.py':
    'import pytest, shop.rounding\n@pytest.fixture\ndef basket():\n    return shop.rounding.Basket().add(2).add(3)\n',
  'tests/test_shop.py': [
    'import asyncio',
    'import pytest',
    'import shop.rounding',
    'from shop import taxed',
    '@pytest.mark.parametrize("price, wanted", [(10, 12), (11, 14), (12, 15)])',
    'def test_taxed(price, wanted):',
    '    assert taxed(price) == wanted',
    'def test_basket(basket):',
    '    assert getattr(basket, "to" + "tal") == 5',
    'def test_later(basket):',
    '    assert asyncio.run(getattr(basket, "la" + "ter")()) == 10',
    'class TestSteps:',
    '    def test_steps(self):',
    '        assert list(getattr(shop.rounding, "st" + "eps")(3)) == [3, 2, 1]',
    'def test_fails():',
    '    assert taxed(1) == 1',
    '',
  ].join('\n'),
};
const WANTED = [
  'prices.py:taxed',
  'rounding.py:Basket.add',
  'rounding.py:Basket.later',
  'rounding.py:Basket.total',
];
const ALL = [...WANTED, 'rounding.py:steps', 'rounding.py:up'].map((id) => `src/shop/${id}`);

describe('tests that are run to see what they cover', function () {
  this.timeout(180_000);
  const harvester = useHarvester(true);

  it('cover what they run on their way: helpers, methods, properties, coroutines, generators', async () => {
    const named = await scanWorkspace(await harvester.makeWorkspace(SHOP), harvester.interpreter);
    assert.deepEqual(
      named.candidates.map(({ id }) => id),
      ['src/shop/prices.py:taxed', 'src/shop/rounding.py:Basket.add'],
    );
    const seen = await harvester.harvest(SHOP, true);
    assert.deepEqual(idsOf(seen), ALL, JSON.stringify(seen.dropped));
    const up = seen.tasks.find(({ name }) => name === 'up');
    assert.deepEqual(
      up?.checks.map((check) => (check.kind === 'test' ? check.name : '')),
      ['test_taxed'],
    );
  });

  it('do it in a copy, and are left out where they end the process', async () => {
    const workspace = await harvester.makeWorkspace({
      ...SHOP,
      'tests/test_bad.py':
        'import pathlib\nfrom shop import taxed\ndef test_deletes():\n    for file in pathlib.Path(__file__).parent.parent.rglob("*.py"):\n        file.unlink()\n    assert taxed(10) == 12\n',
      'tests/test_worse.py': 'import os\nfrom shop import taxed\ndef test_ends():\n    os._exit(0)\n',
    });
    const before = await treeHash(workspace);
    const suites = suitesOf(await scanWorkspace(workspace, harvester.interpreter));
    const coverage = await coverageOf(suites, harvester.executor);
    assert.deepEqual(Object.keys(coverage), ['tests/test_bad.py', 'tests/test_shop.py']);
    assert.deepEqual(Object.keys(coverage['tests/test_bad.py']?.tests ?? {}), ['test_deletes']);
    assert.equal(await treeHash(workspace), before);
  });

  it('are followed alike by every interpreter', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'leti-traced-'));
    const workspace = await harvester.makeWorkspace(SHOP);
    const tools =
      process.env['PYTHONPATH'] ?? assert.fail('the tests run through npm test, which brings pytest');
    try {
      const found = [];
      // The pytest of the tests' own tools needs a package more before Python 3.11.
      for (const { path: python, version } of (await testInterpreters()).filter(
        ({ version }) => Number(version.split('.')[1]) >= 11,
      )) {
        const venv = path.join(folder, version);
        execFileSync(python, ['-m', 'venv', '--without-pip', venv]);
        const interpreter = path.join(venv, 'bin', 'python');
        await writeFile(path.join(packagesOf(interpreter), 'tools.pth'), `${tools}\n`);
        const executor = await startExecutor({ interpreter, jobs: 1, allowUncontained: false });
        try {
          const suites = suitesOf(await scanWorkspace(workspace, interpreter));
          found.push(await coverageOf(suites, executor));
        } finally {
          await executor.close();
        }
      }
      assert.ok(found.length > 0);
      const { tests = {}, functions = [] } = found[0]?.['tests/test_shop.py'] ?? {};
      assert.deepEqual(Object.keys(tests).sort(), [
        'TestSteps.test_steps',
        'test_basket',
        'test_later',
        'test_taxed',
      ]);
      assert.ok(functions.some(([file, line]) => file === 'src/shop/rounding.py' && line === 4));
      for (const other of found) assert.deepEqual(other, found[0]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
