import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startExecutor } from '../../../src/execution/executor.ts';
import { harvestWorkspace } from '../../../src/harvest/workspace.ts';
import { runCommand } from '../../../src/process/runCommand.ts';
import { idsOf, reasonOf, useHarvester } from './support.ts';

const PACKAGE: Readonly<Record<string, string>> = {
  'mytool/__init__.py': 'from .core import Meter\n',
  'mytool/plugin.py':
    'import pytest\nfrom .core import Meter\n\n\n@pytest.fixture\ndef meter():\n    return Meter(10)\n',
  'mytool/core.py':
    'class Meter:\n    def __init__(self, start=0):\n        self.n = start\n\n    def add(self, k):\n        """Adds k."""\n        self.n += k\n        return self.n\n\n    def pretty(self):\n        """With a unit."""\n        return f"{self.n} m"\n\n\ndef feet(m):\n    """Metres in feet."""\n    return round(m * 3.28084, 2)\n',
};
const TESTS =
  'from mytool.core import Meter, feet\n\n\ndef test_add(meter):\n    assert meter.add(5) == 15\n    assert meter.add(-5) == 10\n\n\ndef test_pretty():\n    assert Meter(3).pretty() == "3 m"\n    assert Meter().pretty() == "0 m"\n\n\ndef test_feet():\n    assert feet(1) == 3.28\n    assert feet(0) == 0\n';

describe('a project that is installed as a plugin of pytest', () => {
  const harvester = useHarvester(true, false);
  const added: string[] = [];

  /** Installs files into the interpreter's packages. */
  async function install(files: Readonly<Record<string, string>>): Promise<void> {
    const code = 'import sysconfig; print(sysconfig.get_path("purelib"))';
    const { stdout } = await runCommand(harvester.interpreter, ['-c', code]);
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(stdout.trim(), name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
      added.push(file);
    }
  }

  async function harvestInstalled(
    files: Readonly<Record<string, string>>,
    runTests: boolean,
  ): ReturnType<typeof harvestWorkspace> {
    const workspace = await harvester.makeWorkspace(files);
    const { interpreter } = harvester;
    const executor = await startExecutor({ interpreter, pytest: true, workspace, allowUncontained: false });
    try {
      return await harvestWorkspace({
        workspace,
        interpreter,
        executor,
        ...(runTests ? { tests: executor } : {}),
      });
    } finally {
      await executor.close();
    }
  }

  afterEach(async () => {
    for (const file of added.splice(0)) await rm(file);
  });

  for (const runTests of [false, true]) {
    it(`is seen in its own copy by its tests, ${runTests ? 'traced' : 'untraced'}`, async () => {
      await install({
        ...PACKAGE,
        'mytool-1.dist-info/METADATA': 'Metadata-Version: 2.1\nName: mytool\nVersion: 1\n',
        'mytool-1.dist-info/entry_points.txt': '[pytest11]\nmytool = mytool.plugin\n',
      });
      const sources = Object.entries(PACKAGE).map(([name, text]) => [`src/${name}`, text] as const);
      const found = await harvestInstalled(
        Object.fromEntries([...sources, ['tests/test_core.py', TESTS] as const]),
        runTests,
      );
      assert.deepEqual(
        idsOf(found),
        ['Meter.add', 'Meter.pretty', 'feet'].map((name) => `src/mytool/core.py:${name}`),
      );
    });
  }

  it('gives no task where pytest itself uses the installed copy', async () => {
    const found = await harvestInstalled(
      {
        'iniconfig/__init__.py': 'def twice(x):\n    """Two x."""\n    return x + x\n',
        'test_twice.py':
          'import iniconfig\n\n\ndef test_twice():\n    assert iniconfig.twice(2) == 4\n    assert iniconfig.twice("a") == "aa"\n',
      },
      false,
    );
    assert.match(reasonOf(found, 'iniconfig/__init__.py:twice'), /has loaded another iniconfig/);
  });
});
