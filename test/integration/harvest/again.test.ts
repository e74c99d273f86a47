import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { HarvestCache } from '../../../src/harvest/harvestCache.ts';
import { harvestWorkspace, type Harvest } from '../../../src/harvest/workspace.ts';
import { InterruptedError } from '../../../src/protocol/errors.ts';
import { idsOf, reasonOf, useHarvester } from './support.ts';

const FILES = {
  'kit.py':
    'def add(a, b):\n    return a + b\n\n\ndef weak(a):\n    if a:\n        return 1\n    return 2\n\n\ndef broken(a):\n    return a\n',
  'other.py': 'def half(x):\n    return x / 2\n',
  'tests/data/cases.txt': '4 2.0',
  'tests/test_kit.py': [
    'import kit',
    'def test_add():\n    assert kit.add(1, 2) == 3',
    'def test_add_today():\n    assert kit.add(1, 2) == 4',
    'def test_weak():\n    assert kit.weak(1) is not None',
    'def test_broken():\n    assert kit.broken(1) == 2',
    '',
  ].join('\n'),
  'tests/test_other.py':
    'from pathlib import Path\nfrom other import half\ndef test_half():\n    given, wanted = (Path(__file__).parent / "data/cases.txt").read_text().split()\n    assert half(int(given)) == float(wanted)\n',
};

describe('a second harvest', function () {
  this.timeout(120_000);
  const harvester = useHarvester();
  let folder: string;
  let workspace: string;
  let first: Harvest;
  let programs = 0;

  /** Harvests with the cache, and counts the programs that were run. Stops after so many validated tasks. */
  async function harvest(stopAfter = Infinity): Promise<Harvest> {
    programs = 0;
    const stop = new AbortController();
    const { interpreter, executor } = harvester;
    return await harvestWorkspace({
      workspace,
      interpreter,
      executor: {
        execute: (job, signal) => {
          programs += 1;
          return executor.execute(job, signal);
        },
      },
      cache: new HarvestCache(path.join(folder, 'cache'), (problem) => {
        throw problem;
      }),
      signal: stop.signal,
      onProgress: (stage, done) => {
        if (stage === 'tasks' && done >= stopAfter) stop.abort();
      },
    });
  }

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'leti-cache-'));
  });

  beforeEach(async () => {
    await rm(path.join(folder, 'cache'), { recursive: true, force: true });
    workspace = await harvester.makeWorkspace(FILES);
    first = await harvest();
    assert.deepEqual(
      idsOf(first),
      ['kit.py:add', 'kit.py:weak', 'other.py:half'],
      JSON.stringify(first.dropped),
    );
    assert.ok(programs > 10);
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  it('of what has not changed finds the same, and runs nothing', async () => {
    assert.deepEqual(await harvest(), first);
    assert.equal(programs, 0);
    const [add, weak, half] = first.tasks;
    // What is kept is all that validation finds out.
    assert.deepEqual(
      [add?.checks.length, weak?.weak, half?.host?.dataFiles?.length, half?.sealable],
      [1, 'its checks pass on a body that is only `return 2`', 1, false],
    );
  });

  it('that was interrupted keeps what was validated before', async () => {
    const all = programs;
    await rm(path.join(folder, 'cache'), { recursive: true });
    await assert.rejects(harvest(1), InterruptedError);
    assert.deepEqual(await harvest(), first);
    // Those of the validated task are missing, however many other tasks were under way.
    assert.ok(programs < all, `${programs} of ${all} programs were run again`);
  });

  it('notices another .gitignore, also of an inner folder', async () => {
    for (const file of ['.gitignore', 'tests/.gitignore']) {
      await writeFile(path.join(workspace, file), file === '.gitignore' ? 'other.py\n' : 'data/\n');
      assert.deepEqual(idsOf(await harvest()), ['kit.py:add', 'kit.py:weak']);
      await rm(path.join(workspace, file));
      assert.deepEqual(await harvest(), first);
    }
  });

  it('looks again at the functions of a file that has changed, and at no others', async () => {
    await writeFile(path.join(workspace, 'other.py'), 'def half(x):\n    return 0.5 * x\n');
    const second = await harvest();
    assert.deepEqual(idsOf(second), idsOf(first));
    assert.match(second.tasks.find(({ name }) => name === 'half')?.reference ?? '', /0\.5 \* x/);
    assert.deepEqual(
      second.tasks.filter(({ name }) => name !== 'half'),
      first.tasks.filter(({ name }) => name !== 'half'),
    );
    const ofOne = programs;
    await writeFile(
      path.join(workspace, 'new.py'),
      'def third(x):\n    """Third.\n\n    >>> third(3)\n    1\n    """\n    return x // 3\n',
    );
    const third = await harvest();
    assert.deepEqual(idsOf(third), [...idsOf(first), 'new.py:third'].sort(), JSON.stringify(third.dropped));
    assert.ok(ofOne > 0 && programs > 0);
  });

  it('takes in what tests open, and what is installed', async () => {
    await writeFile(path.join(workspace, 'tests/data/cases.txt'), '4 3.0');
    assert.match(reasonOf(await harvest(), 'other.py:half'), /fail today: AssertionError/);
  });

  it('starts anew from a cache that cannot be read', async () => {
    for (const name of ['scan.json', 'outcomes.json'])
      await writeFile(path.join(folder, 'cache', name), '{"for');
    assert.deepEqual(await harvest(), first);
    assert.ok(programs > 10);
  });

  it('tries once more what ran out of time, and what was flaky', async () => {
    await writeFile(
      path.join(workspace, 'other.py'),
      'import os\n\n\ndef half(x):\n    """>>> half(4) in (2, 3)\n    True\n    """\n    return 2 if os.urandom(1)[0] % 2 else 9\n',
    );
    for (let tries = 0; tries < 60; tries++) {
      const { dropped } = await harvest();
      const half = dropped.find(({ id }) => id === 'other.py:half');
      // One that failed at once looks as any other that fails today.
      if (half?.reason.includes('flaky') !== true) {
        await writeFile(
          path.join(workspace, 'other.py'),
          `${'#'.repeat(tries)}\nimport os\n\n\ndef half(x):\n    """>>> half(4) in (2, 3)\n    True\n    """\n    return 2 if os.urandom(1)[0] % 2 else 9\n`,
        );
        continue;
      }
      await harvest();
      assert.ok(programs > 0);
      return;
    }
    assert.fail('never flaky');
  });
});

describe('code that is nobody’s to learn from', function () {
  this.timeout(120_000);
  const harvester = useHarvester();

  it('is left out: copied, generated, twice the same, or with a secret', async () => {
    const add = (name: string, body = 'return a + b'): string =>
      `def ${name}(a, b):\n    """Add.\n\n    >>> ${name}(1, 2)\n    3\n    """\n    ${body}\n`;
    const found = await harvester.harvest({
      'kit.py':
        add('add') +
        add('plus', '# the same\n    return (a  +  b)') +
        add('sum_of', 'total = a + b\n    return total'),
      'kit_pb2.py': `# Generated by the compiler. DO NOT EDIT!\n${add('made', 'return b + a')}`,
      '_vendor/dep.py': add('dep', 'return 0 + a + b'),
      'secret.py':
        add('login', 'password = "hunter2-Xy9!"\n    return a + b + 0') +
        add('fetch', 'url = "https://me:s3cret@example.org"\n    return a + b + 0 + 0') +
        add('fine', 'password = "your_password"\n    return 0 + a + b + 0'),
    });
    assert.deepEqual(idsOf(found), ['kit.py:add', 'kit.py:sum_of', 'secret.py:fine']);
    assert.equal(reasonOf(found, 'kit.py:plus'), 'its body is the same as that of kit.py:add');
    assert.match(reasonOf(found, 'kit_pb2.py'), /says that it is generated/);
    assert.match(reasonOf(found, '_vendor/dep.py'), /copied from elsewhere/);
    for (const name of ['login', 'fetch'])
      assert.match(reasonOf(found, `secret.py:${name}`), /a key, a password/);
  });
});
