import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { definitionLines } from '../../../src/core/text/definitionLines.ts';
import { startExecutor, type Executor } from '../../../src/execution/executor.ts';
import { harvestWorkspace, type Harvest } from '../../../src/harvest/workspace.ts';
import { runCommand } from '../../../src/process/runCommand.ts';
import { Task, type Check } from '../../../src/protocol/task.ts';

const BASE = process.env['LETI_TRAINER_PYTHON'] ?? 'python3';

/** A fresh interpreter whose harvests a suite looks at. */
export interface Harvester {
  interpreter: string;
  executor: Executor;
  /** A workspace of these files, removed behind the suite. */
  makeWorkspace(files: Record<string, string | Uint8Array>): Promise<string>;
  /** Harvests a workspace of these files, its tests run first or not, and checks that nothing in it has changed. */
  harvest(files: Record<string, string | Uint8Array>, runTests?: boolean): Promise<Harvest>;
}

/**
 * Called inside `describe`: the harvester is ready once the suite's tests run, and tidied up behind them. Its executor
 * loads pytest and its plugins when it starts, as in the product; `warm` false leaves that to each process of a program.
 */
export function useHarvester(withPytest = false, warm = withPytest): Harvester {
  const made: string[] = [];
  const makeWorkspace = async (files: Record<string, string | Uint8Array>): Promise<string> => {
    const root = await writeFiles(files);
    made.push(root);
    return root;
  };
  const harvester = {
    makeWorkspace,
    harvest: async (files: Record<string, string | Uint8Array>, runTests = false): Promise<Harvest> => {
      const { interpreter, executor } = harvester;
      const workspace = await makeWorkspace(files);
      const before = await treeHash(workspace);
      const tests = runTests ? { tests: executor } : {};
      const found = await harvestWorkspace({ workspace, interpreter, executor, ...tests });
      assert.equal(await treeHash(workspace), before, 'the workspace was changed');
      for (const task of found.tasks) {
        assert.deepEqual(Task.parse(task), task);
        assert.doesNotMatch(task.prefix, /\s$/);
        assert.ok(task.host?.files.every((file) => file.path !== task.host?.path));
        const defined = definitionLines(task.host?.before ?? '', task.name).at(-1) ?? -1;
        assert.equal(task.host?.line, defined + 1);
      }
      return found;
    },
  } as Harvester;
  before(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'leti-interpreter-'));
    made.push(folder);
    harvester.interpreter = await makeInterpreter(folder, withPytest);
    harvester.executor = await startExecutor({
      interpreter: harvester.interpreter,
      pytest: warm,
      allowUncontained: false,
    });
  });
  after(async () => {
    await harvester.executor.close();
    for (const folder of made) await rm(folder, { recursive: true, force: true });
  });
  return harvester;
}

export function idsOf(found: Harvest): string[] {
  return found.tasks.map((task) => task.id).sort();
}

/** Why a function was left out. */
export function reasonOf(found: Harvest, id: string): string {
  const drop = found.dropped.find((one) => one.id === id);
  assert.ok(drop, `${id} is not among the dropped: ${JSON.stringify(found.dropped)}`);
  return drop.reason;
}

export function testCheck(
  module: string,
  path: string,
  name: string,
  runner: 'plain' | 'unittest' | 'pytest' = 'plain',
): Check {
  return { kind: 'test', module, path, name, runner };
}

/** A folder with the given files. */
export async function writeFiles(files: Record<string, string | Uint8Array>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'leti-workspace-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
  return root;
}

/** A fresh virtual environment without packages, or with pytest alone, borrowed from the tests' own tools. */
async function makeInterpreter(folder: string, withPytest: boolean): Promise<string> {
  const made = await runCommand(BASE, ['-m', 'venv', '--without-pip', folder]);
  if (made.code !== 0) throw new Error(`no virtual environment: ${made.stderr}`);
  const python = path.join(folder, 'bin', 'python');
  if (withPytest) {
    const found = await ask(
      BASE,
      'import os, pytest; print(os.path.dirname(os.path.dirname(pytest.__file__)))',
    );
    const packages = await ask(python, 'import sysconfig; print(sysconfig.get_path("purelib"))');
    await writeFile(path.join(packages, 'tools.pth'), found + '\n');
  }
  return python;
}

/** Names, sizes, times and contents of everything below a folder. */
export async function treeHash(root: string): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(root, { recursive: true })).sort();
  for (const name of names) {
    const info = await stat(path.join(root, name));
    hash.update(`${name}\0${info.size}\0${info.mtimeMs}\0`);
    if (info.isFile()) hash.update(await readFile(path.join(root, name)));
  }
  return hash.digest('hex');
}

async function ask(python: string, code: string): Promise<string> {
  const { code: exit, stdout, stderr } = await runCommand(python, ['-c', code]);
  if (exit !== 0) throw new Error(`${python} (npm run test:setup brings pytest): ${stderr}`);
  return stdout.trim();
}
