import assert from 'node:assert/strict';
import { coverageOf, suitesOf } from '../../../src/harvest/coverage.ts';
import { scanWorkspace } from '../../../src/harvest/scan.ts';
import { assertSameCoverage, interpretersWithPytest, SHOP } from './shop.ts';
import { idsOf, treeHash, useHarvester } from './support.ts';

const NAMED = [
  'prices.py:taxed',
  'rounding.py:Basket.add',
  'rounding.py:Basket.later',
  'rounding.py:Basket.total',
];
const ALL = [...NAMED, 'rounding.py:steps', 'rounding.py:up'].map((id) => `src/shop/${id}`);

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

  it('are followed alike by the oldest and the newest interpreter', async () => {
    const interpreters = await interpretersWithPytest();
    await assertSameCoverage(interpreters.filter((_, at) => at === 0 || at === interpreters.length - 1));
  });
});
