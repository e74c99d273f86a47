import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gatherTasks } from '../../../src/app/tasks/gather.ts';
import { planRun } from '../../../src/app/tasks/plan.ts';
import { Workbench } from '../../../src/app/workbench.ts';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { findWorkspaceInterpreter } from '../../../src/execution/interpreter.ts';
import { RunConfig } from '../../../src/protocol/run.ts';
import { useFolder } from '../../support/folder.ts';

describe('the tasks of a plan', function () {
  this.timeout(120_000);
  if (process.platform === 'win32') return;
  const folder = useFolder();
  let workbench: Workbench;
  let config: RunConfig;
  let env: NodeJS.ProcessEnv;
  let python: string;

  /** An interpreter that notes each start of the scanner. */
  before(async () => {
    const workspace = path.join(folder(), 'work');
    mkdirSync(workspace);
    write('kit.py', 'def add(a, b):\n    return a + b\n\n\ndef double(a):\n    return 2 * a\n');
    write('test_kit.py', tests('add(1, 2) == 3', 'double(3) == 6'));
    env = { ...process.env, LETI_HOME: path.join(folder(), 'home') };
    const found = await findWorkspaceInterpreter({ workspace, env });
    python = path.join(folder(), 'python');
    writeFileSync(
      python,
      `#!/bin/sh\ncase "$*" in *leti_runner.harvest.workspace*) echo >> '${log()}';; esac\nexec '${found.path}' "$@"\n`,
    );
    chmodSync(python, 0o755);
    config = RunConfig.parse({ ...DEFAULT_RUN, workspace });
    workbench = new Workbench({
      ...{
        workspace,
        device: 'auto',
        interpreter: undefined,
        allowUncontained: true,
        trainerPython: undefined,
      },
      observe: () => undefined,
      signal: new AbortController().signal,
      env,
    });
    workbench.interpreter = () => Promise.resolve({ ...found, path: python });
  });
  after(async () => {
    await workbench.close();
  });

  const log = (): string => path.join(folder(), 'scans');
  const scans = (): number => (existsSync(log()) ? readFileSync(log(), 'utf8').length : 0);
  const write = (name: string, text: string): void => {
    writeFileSync(path.join(folder(), 'work', name), text);
  };
  const tests = (...checks: string[]): string =>
    [
      'from kit import *',
      ...checks.map((check, index) => `def test_${index}():\n    assert ${check}`),
      '',
    ].join('\n');
  const ids = async (plan: string | undefined, changed: Partial<RunConfig> = {}): Promise<string[]> =>
    (await gatherTasks({ ...config, ...changed }, workbench, plan)).tasks.map(({ task }) => task.id).sort();

  it('are those of the run, which starts no scan of its own', async () => {
    const plan = await planRun(config, workbench, env);
    assert.deepEqual(plan.tasks.map(({ id }) => id).sort(), ['kit.py:add', 'kit.py:double']);
    const before = scans();
    assert.ok(before > 0);
    const gathered = await gatherTasks(config, workbench, plan.hash);
    assert.deepEqual(
      gathered.tasks.map(({ task, side }) => [task.id, side]),
      plan.tasks.map(({ id, side }) => [id, side]),
    );
    assert.equal(scans(), before);
    assert.deepEqual(await ids(plan.hash, { skipTasks: ['kit.py:add'] }), ['kit.py:double']);
    assert.equal(scans(), before, 'what is taken out of the plan needs no scan');
    assert.deepEqual(gathered.tasks, (await gatherTasks(config, workbench)).tasks);
    assert.equal(scans(), before + 1);
  });

  it('are looked for again where a file has changed since', async () => {
    const plan = await planRun(config, workbench, env);
    write('test_kit.py', tests('add(1, 2) == 3', 'double(3) == 6').replace('double', 'kept'));
    write('kit.py', 'def add(a, b):\n    return a + b\n\n\ndef kept(a):\n    return 2 * a\n');
    assert.deepEqual(await ids(plan.hash), ['kit.py:add', 'kit.py:kept']);
    const again = await planRun(config, workbench, env);
    write('new.py', 'def more():\n    return 1\n');
    const before = scans();
    await ids(again.hash);
    assert.equal(scans(), before + 1, 'a new file counts, too');
  });

  it('are looked for again for another configuration, an unknown hash, or without a hash', async () => {
    const plan = await planRun(config, workbench, env);
    for (const [hash, changed] of [
      [plan.hash, { historyCommits: 1 }],
      ['unknown', {}],
      [undefined, {}],
    ] as const) {
      const before = scans();
      await ids(hash, changed).catch(() => undefined);
      assert.equal(scans(), before + 1, JSON.stringify([hash, changed]));
    }
  });
});
