import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startExecutor } from '../../../src/execution/executor.ts';
import { coverageOf, suitesOf, type Coverage } from '../../../src/harvest/coverage.ts';
import { scanWorkspace } from '../../../src/harvest/scan.ts';
import { packagesOf, testInterpreters } from '../../support/executor.ts';
import { writeFiles } from './support.ts';

/** A workspace whose tests reach its functions on ways that their text does not show. */
export const SHOP = {
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

type Interpreter = Awaited<ReturnType<typeof testInterpreters>>[number];

/** The interpreters whose pytest needs no further package, the oldest first. The tests' own pytest needs one before 3.11. */
export async function interpretersWithPytest(): Promise<Interpreter[]> {
  const found = (await testInterpreters()).filter(({ version }) => minorOf(version) >= 11);
  assert.ok(found.length > 0);
  return found.sort((a, b) => minorOf(a.version) - minorOf(b.version));
}

/** Checks that the tests of `SHOP` cover the same functions under every one of these interpreters. */
export async function assertSameCoverage(interpreters: readonly Interpreter[]): Promise<void> {
  const tools =
    process.env['PYTHONPATH'] ?? assert.fail('PYTHONPATH names no pytest: run `npm run test:setup` once');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'leti-traced-'));
  const workspace = await writeFiles(SHOP);
  try {
    const found: Coverage[] = [];
    for (const { path: python, version } of interpreters) {
      const venv = path.join(folder, version);
      execFileSync(python, ['-m', 'venv', '--without-pip', venv]);
      const interpreter = path.join(venv, 'bin', 'python');
      await writeFile(path.join(packagesOf(interpreter), 'tools.pth'), `${tools}\n`);
      const executor = await startExecutor({ interpreter, jobs: 1, pytest: true, allowUncontained: false });
      try {
        found.push(await coverageOf(suitesOf(await scanWorkspace(workspace, interpreter)), executor));
      } finally {
        await executor.close();
      }
    }
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
    await rm(workspace, { recursive: true });
  }
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
