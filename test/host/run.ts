/**
 * Host tests: the suites of `suite/` in a real VS Code, with a real workspace, a real backend and a tiny model. A desktop
 * VS Code is downloaded where that is possible, else the server in npm's code-server stands for it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import webpack from 'webpack';
import { typescript } from '../../webpack.config.js';
import { provisionVsCode } from './provision.ts';
import { QUIET } from './vscode.ts';
import { hostWorkspace } from './workspace.ts';
import { modelOf, root } from '../support/tinyRun.ts';

const cache = process.env['LETI_HOME'] ?? path.join(root, '.leti');
const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-host-'));
try {
  const tests = await buildSuites(path.join(folder, 'suites'));
  const { workspace, settings } = hostWorkspace(folder);
  // A desktop VS Code reads its settings here; the one that stands for it is given the same.
  const profile = path.join(folder, 'profile');
  mkdirSync(path.join(profile, 'User'), { recursive: true });
  writeFileSync(path.join(profile, 'User/settings.json'), JSON.stringify({ ...QUIET, ...settings }));
  const repairModel = modelOf(folder, 'add_one', 'add one', 'return x + 1');
  const eitherModel = modelOf(folder, 'negate', 'negate', 'return -x', 'return 0 - x');
  const otherModel = modelOf(folder, 'double', 'double', 'y = x * 2\n    return y');
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
      LETI_REPAIR_MODEL: repairModel,
      LETI_OTHER_MODEL: otherModel,
      LETI_EITHER_MODEL: eitherModel,
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function canDownload(): Promise<boolean> {
  try {
    return (await fetch('https://update.code.visualstudio.com', { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

/** One CommonJS file with all suites, which is what VS Code loads; mocha stays outside, as it loads itself. */
async function buildSuites(out: string): Promise<string> {
  mkdirSync(out, { recursive: true });
  const compiler = webpack({
    mode: 'development',
    devtool: 'inline-source-map',
    target: 'node22',
    entry: path.join(import.meta.dirname, 'suite/index.ts'),
    output: { path: out, filename: 'index.cjs', library: { type: 'commonjs2' } },
    externals: { vscode: 'commonjs vscode', mocha: `commonjs ${path.join(root, 'node_modules/mocha')}` },
    module: { rules: [typescript] },
    resolve: { extensions: ['.ts', '.js'] },
  });
  await new Promise<void>((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error !== null) reject(error);
      else if (stats?.hasErrors() === true) reject(new Error(stats.toString('errors-only')));
      else resolve();
    });
  });
  return path.join(out, 'index.cjs');
}
