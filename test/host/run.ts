/**
 * Host tests: the suites of `suite/` in a real VS Code, with a real workspace, backend and sampler. The trainer is the
 * fake one; the tests in `ui/` train for real. A desktop VS Code is downloaded where that is possible, else the server in
 * npm's code-server stands for it. LETI_SUITE_GREP chooses tests by their titles.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { provisionVsCode } from './provision.ts';
import { buildSuites, canDownload } from './suites.ts';
import { QUIET } from './vscode.ts';
import { hostWorkspace } from './workspace.ts';
import { FakeTrainer } from '../support/fakeTrainer.ts';
import { tinyExports } from '../support/tinyExports.ts';
import { modelOf, root } from '../support/tinyRun.ts';

const cache = process.env['LETI_HOME'] ?? path.join(root, '.leti');
const grep = process.env['LETI_SUITE_GREP'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-host-'));
try {
  const tests = await buildSuites(
    path.join(import.meta.dirname, 'suite/index.ts'),
    path.join(folder, 'suites'),
  );
  const { workspace, model, settings } = hostWorkspace(folder);
  // A desktop VS Code reads its settings here; the one that stands for it is given the same.
  const profile = path.join(folder, 'profile');
  mkdirSync(path.join(profile, 'User'), { recursive: true });
  writeFileSync(path.join(profile, 'User/settings.json'), JSON.stringify({ ...QUIET, ...settings }));
  const repairModel = modelOf(folder, 'add_one', 'add one', 'return x + 1');
  const eitherModel = modelOf(folder, 'negate', 'negate', 'return -x', 'return 0 - x', 'return -1 * x');
  const otherModel = modelOf(folder, 'double', 'double', 'y = x * 2\n    return y');
  const trainer = new FakeTrainer(path.join(folder, 'trainer'));
  for (const one of [model, repairModel, eitherModel, otherModel]) trainer.exportsAs(one, tinyExports(one));
  const server = (await canDownload()) ? undefined : path.join(import.meta.dirname, 'codeShim.ts');
  // Before the suites' clock starts.
  if (server !== undefined) await provisionVsCode(cache, console.log);
  await runTests({
    ...(server === undefined ? {} : { vscodeExecutablePath: server }),
    extensionDevelopmentPath: root,
    extensionTestsPath: tests,
    launchArgs: [workspace, '--disable-workspace-trust', `--user-data-dir=${profile}`],
    extensionTestsEnv: {
      LETI_HOME: path.join(folder, 'home'),
      LETI_VSCODE_CACHE: cache,
      LETI_SUITE_RESULTS: path.join(folder, 'results.json'),
      LETI_ROOT: root,
      LETI_TRAINER_PYTHON: trainer.python,
      LETI_REPAIR_MODEL: repairModel,
      LETI_OTHER_MODEL: otherModel,
      LETI_EITHER_MODEL: eitherModel,
      ...(grep === undefined ? {} : { LETI_SUITE_GREP: grep }),
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
