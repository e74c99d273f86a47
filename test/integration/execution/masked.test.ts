import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS, type ExecutionResult } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { packagesOf, startTestExecutor, testEnvironment } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';

const ORIGINAL = 'def f(x):\n    return x + 1\n';
const BEFORE = 'def f(x):\n';
const TESTS = 'from shop.m import f\nfrom cases import CASES\n\ndef test_f():\n    assert f(1) == CASES[1]\n';

/** A function of a package whose tests have a helper; `sealable` false runs its checks in its own process. */
function masked(sealable: boolean): Task {
  return bareTask({
    name: 'f',
    prefix: 'def f(x):',
    hole: 'body',
    indent: 4,
    sealable,
    host: {
      module: 'shop.m',
      path: 'shop/m.py',
      before: BEFORE,
      after: '',
      files: [{ path: 'shop/__init__.py', source: '' }],
      testFiles: [
        { path: 'tests/test_m.py', source: TESTS },
        { path: 'tests/cases.py', source: 'CASES = {1: 2}\n' },
      ],
    },
    checks: [{ kind: 'test', module: 'test_m', path: 'tests/test_m.py', name: 'test_f', runner: 'plain' }],
  });
}

/** What a body does to get at the body that it stands for, or at what is expected of it. */
const ATTACKS: Record<string, string[]> = {
  'imports what the tests import': ['import cases', 'return cases.CASES[x]'],
  'imports the tests': ['import tests.cases', 'return tests.cases.CASES[x]'],
  'opens the tests': ['return eval(open("tests/cases.py").read().split(" = ")[1])[x]'],
  'takes the runner out of the way and imports the installed package': [
    'import sys',
    'for name in [n for n in sys.modules if n.split(".")[0] == "shop"]: del sys.modules[name]',
    'sys.meta_path[:] = [m for m in sys.meta_path if "leti" not in type(m).__module__]',
    'import shop.m',
    'return shop.m.f(x)',
  ],
  'opens the installed module': [
    'import sysconfig',
    'names = {}',
    'exec(open(sysconfig.get_path("purelib") + "/shop/m.py").read(), names)',
    'return names["f"](x)',
  ],
  'opens the installed bytecode': [
    'import glob, marshal, sysconfig',
    'file = glob.glob(sysconfig.get_path("purelib") + "/shop/__pycache__/m.*.pyc")[0]',
    'names = {}',
    'exec(marshal.loads(open(file, "rb").read()[16:]), names)',
    'return names["f"](x)',
  ],
  'asks inspect for the installed source': [
    'import importlib.machinery, importlib.util, inspect, sysconfig',
    'path = sysconfig.get_path("purelib") + "/shop/m.py"',
    'loader = importlib.machinery.SourceFileLoader("copy", path)',
    'return eval(inspect.cleandoc(loader.get_source("copy")).split("return ")[1])',
  ],
  'asks linecache for its own file': [
    'import linecache',
    'return eval("".join(linecache.getlines("shop/m.py")).split("return ")[-1])',
  ],
  'opens the workspace around the environment': [
    'import os, sys',
    'return eval(open(os.path.join(sys.prefix, "shop", "m.py")).read().split("return ")[1])',
  ],
  'opens what git has of it': [
    'import glob, os, sys, zlib',
    'for path in glob.glob(os.path.join(sys.prefix, ".git", "objects", "*", "*")):',
    '    text = zlib.decompress(open(path, "rb").read())',
    '    if b"return x + 1" in text: return x + 1',
    'return None',
  ],
};

for (const tier of ['T3', 'T2'] as const) {
  describe(`a masked body at tier ${tier}`, function () {
    this.timeout(60_000);
    let executor: Executor;
    let workspace: string;
    let jobs = 0;

    before(async () => {
      // The worst case: the environment is made in the workspace's root, and the workspace is installed in it.
      workspace = mkdtempSync(path.join(os.tmpdir(), 'leti-masked-'));
      const interpreter = await testEnvironment(workspace, { tools: false });
      for (const root of [workspace, packagesOf(interpreter)]) {
        mkdirSync(path.join(root, 'shop'));
        writeFileSync(path.join(root, 'shop/__init__.py'), '');
        writeFileSync(path.join(root, 'shop/m.py'), ORIGINAL);
      }
      writeFileSync(path.join(packagesOf(interpreter), 'other.py'), 'ONE = 1\n');
      execFileSync(interpreter, ['-m', 'compileall', '-q', path.join(packagesOf(interpreter), 'shop')]);
      const git = ['-C', workspace, '-c', 'user.name=x', '-c', 'user.email=x@example.org'];
      execFileSync('git', ['init', '-q', workspace]);
      execFileSync('git', [...git, 'add', 'shop']);
      execFileSync('git', [...git, 'commit', '-qm', 'first']);
      executor = await startTestExecutor(1, { most: tier, interpreter });
    });

    after(async () => {
      await executor.close();
      rmSync(workspace, { recursive: true });
    });

    const run = async (body: readonly string[], task: Task): Promise<ExecutionResult> => {
      const completion = body.map((line) => `\n    ${line}`).join('');
      return await executor.execute(
        executionJob(task, assembleProgram(task, completion), jobs++, DEFAULT_LIMITS),
      );
    };

    for (const sealable of [true, false]) {
      const where = sealable ? 'apart from its checks' : 'beside them';
      it(`is written anew, ${where}`, async () => {
        // What else is installed is there as ever.
        const result = await run(['import other', 'return x + other.ONE'], masked(sealable));
        assert.deepEqual([result.verdict, result.sealed], ['passed', sealable], JSON.stringify(result));
      });

      for (const [does, body] of Object.entries(ATTACKS)) {
        // Beside its checks a program is called while they are there.
        if (!sealable && does.includes('tests')) continue;
        it(`is out of reach of one that ${does}, ${where}`, async () => {
          const result = await run(body, masked(sealable));
          assert.notEqual(result.verdict, 'passed', JSON.stringify(result));
          assert.notEqual(result.verdict, 'harness_error', JSON.stringify(result));
        });
      }
    }
  });
}
