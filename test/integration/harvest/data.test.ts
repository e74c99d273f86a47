import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Harvest } from '../../../src/harvest/workspace.ts';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import { startExecutor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import { packagesOf } from '../../support/executor.ts';
import { idsOf, useHarvester } from './support.ts';

const BODY = '    words = text.lower().split()\n    return "-".join(words)\n';
const MODULE = `def slug(text):\n${BODY}`;
/** Opens a file beside itself, by its place. */
const TEST = [
  'import json, pathlib',
  'import pytest',
  'from kit import slug',
  'HERE = pathlib.Path(__file__).parent',
  'def test_slug():',
  '    for given, wanted in json.loads((HERE / "data" / "cases.json").read_text()).items():',
  '        assert slug(given) == wanted',
  '',
].join('\n');
const CASES = '{"A B": "a-b", "C": "c"}';

/** Paths of the data files of the only task. */
function dataOf(found: Harvest): string[] | undefined {
  assert.deepEqual(idsOf(found), ['kit.py:slug'], JSON.stringify(found.dropped));
  return found.tasks[0]?.host?.dataFiles?.map(({ path }) => path);
}

describe('data files of tests', function () {
  this.timeout(120_000);
  const harvester = useHarvester(true);

  it('go along where tests open them, as they are', async () => {
    const odd = Uint8Array.from([0xff, 0xfe, 13, 10, 0]);
    const test = `${TEST}\n    assert (HERE / "data/odd.bin").read_bytes() == bytes([255, 254, 13, 10, 0])\n`;
    const found = await harvester.harvest({
      'kit.py': MODULE,
      'unused.csv': '1,2',
      'tests/test_kit.py': test,
      'tests/data/cases.json': CASES,
      'tests/data/odd.bin': odd,
    });
    assert.deepEqual(dataOf(found), ['tests/data/cases.json', 'tests/data/odd.bin']);
    assert.equal(found.tasks[0]?.sealable, false);
  });

  it('go along with whole pytest too, from the folder that a test names', async () => {
    const test = TEST.replace('def test_slug():', 'def test_slug(tmp_path):').replace(
      '(HERE / "data" / "cases.json")',
      'next(HERE.glob("data/*.json"))',
    );
    const found = await harvester.harvest({
      'kit.py': MODULE,
      'tests/test_kit.py': test,
      'tests/data/any.json': CASES,
      'other/data/any.json': '{}',
    });
    // Of a folder elsewhere nothing is taken but what is named.
    assert.deepEqual(dataOf(found), ['tests/data/any.json']);
  });

  it('stay where they are while tests pass without them', async () => {
    const found = await harvester.harvest({
      'kit.py': MODULE,
      'tests/test_kit.py':
        'from kit import slug\ndef test_slug():\n    assert slug("cases.json A") == "cases.json-a"\n',
      'cases.json': CASES,
    });
    assert.equal(dataOf(found), undefined);
    assert.equal(found.tasks[0]?.sealable, undefined);
  });

  it('never hold a secret, code or the masked body, nor more than a task may carry', async () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n';
    const found = await harvester.harvest({
      'kit.py': MODULE,
      'tests/test_kit.py': TEST,
      'tests/data/cases.json': CASES,
      'tests/data/fine.txt': 'fine',
      'tests/data/.env': 'TOKEN=1',
      'tests/data/prod.env': 'TOKEN=1',
      'tests/data/id_rsa': 'x',
      'tests/data/server.pem': 'x',
      'tests/data/api_token.txt': 'x',
      'tests/data/harmless.txt': key,
      'tests/data/kit.pyi': MODULE,
      'tests/data/kit.zip': 'x',
      'tests/data/quoted.md': `As it is written today:\n\n${BODY.replaceAll('    ', '  ')}`,
      'tests/data/huge.txt': 'x'.repeat(200_001),
      'tests/data/big1.txt': 'x'.repeat(190_000),
      'tests/data/big2.txt': 'x'.repeat(190_000),
      'tests/data/big3.txt': 'x'.repeat(190_000),
    });
    assert.deepEqual(
      dataOf(found),
      ['big1.txt', 'big2.txt', 'cases.json', 'fine.txt'].map((name) => `tests/data/${name}`),
    );
  });

  it('are not there yet while the program is loaded', async () => {
    const found = await harvester.harvest({
      'kit.py': MODULE,
      'tests/test_kit.py': TEST,
      'tests/data/cases.json': CASES,
    });
    const [task] = found.tasks;
    assert.ok(task?.host !== undefined);
    const looking = {
      ...task,
      host: { ...task.host, after: '\n\nSEEN = open("tests/data/cases.json").read()\n' },
    };
    const program = assembleProgram(looking, task.reference ?? '');
    const result = await harvester.executor.execute(executionJob(looking, program, 1, DEFAULT_LIMITS));
    assert.equal(result.diagnostic?.type, 'FileNotFoundError', JSON.stringify(result));
  });
});

describe("a workspace's settings for pytest", function () {
  this.timeout(120_000);
  const harvester = useHarvester(true);
  const files = {
    'kit.py': MODULE,
    'tests/conftest.py':
      'import pytest\nSTATE = []\n@pytest.fixture\ndef ready():\n    STATE.append(1)\n@pytest.fixture\ndef state():\n    return STATE\n',
    'tests/test_kit.py':
      'from kit import slug\ndef test_slug(state):\n    assert state, "not made ready"\n    assert slug("A B") == "a-b"\n',
  };

  for (const [name, text] of Object.entries({
    'pytest.ini': '[pytest]\naddopts = --no-such-option\nusefixtures = ready\n',
    'setup.cfg':
      '[metadata]\nname = kit\n[tool:pytest]\naddopts = --no-such-option\nusefixtures =\n    ready\n',
    'tox.ini': '[tox]\n[pytest]\nusefixtures = ready\n',
    'pyproject.toml':
      '[project]\nname = "kit"\n[tool.pytest.ini_options]\naddopts = ["--no"]\nusefixtures = ["ready"]\n',
  })) {
    it(`count where tests need them, from ${name}`, async () => {
      const found = await harvester.harvest({ ...files, [name]: text });
      assert.deepEqual(dataOf(found), ['pytest.ini']);
      const [settings] = found.tasks[0]?.host?.dataFiles ?? [];
      assert.equal(
        Buffer.from(settings?.base64 ?? '', 'base64').toString(),
        '[pytest]\nusefixtures = ready\n',
      );
    });
  }

  it('do not go along where tests pass without them', async () => {
    const found = await harvester.harvest({
      ...files,
      'tests/test_kit.py': 'from kit import slug\ndef test_slug(state):\n    assert slug("A B") == "a-b"\n',
      'pytest.ini': '[pytest]\nmarkers = slow: takes long\n',
    });
    assert.equal(dataOf(found), undefined);
  });
});

describe('a plugin of pytest that changes it as it is imported', function () {
  this.timeout(120_000);
  // The test installs the plugin when the executor has started.
  const harvester = useHarvester(true, false);

  it('is no work of the program, while what a program changes still is', async () => {
    const packages = packagesOf(harvester.interpreter);
    const info = path.join(packages, 'meddling-1.0.dist-info');
    await mkdir(info);
    await writeFile(path.join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: meddling\nVersion: 1.0\n');
    await writeFile(path.join(info, 'entry_points.txt'), '[pytest11]\nmeddling = meddling\n');
    const marker = 'from _pytest import fixtures\nfixtures.FixtureFunctionMarker.__call__ = ';
    await writeFile(
      path.join(packages, 'meddling.py'),
      `${marker}(lambda old: lambda self, f: old(self, f))(fixtures.FixtureFunctionMarker.__call__)\n`,
    );
    const found = await harvester.harvest({
      'kit.py': MODULE,
      'test_kit.py': 'from kit import slug\ndef test_slug(tmp_path):\n    assert slug("A B") == "a-b"\n',
    });
    assert.deepEqual(idsOf(found), ['kit.py:slug'], JSON.stringify(found.dropped));
    const [task] = found.tasks;
    assert.ok(task !== undefined);
    const patching = `\n    ${marker.replace('\n', '\n    ')}None\n    return "a-b"`;
    for (const pytest of [false, true]) {
      const executor = await startExecutor({
        interpreter: harvester.interpreter,
        jobs: 1,
        pytest,
        allowUncontained: false,
      });
      const verdict = async (completion: string): Promise<string> =>
        (await executor.execute(executionJob(task, assembleProgram(task, completion), 1, DEFAULT_LIMITS)))
          .verdict;
      assert.equal(await verdict(task.reference ?? ''), 'passed');
      assert.equal(await verdict(patching), 'tampered');
      await executor.close();
    }
  });
});
