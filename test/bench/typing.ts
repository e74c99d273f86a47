/**
 * Somebody types in the real extension host: what that does to its event loop, and how many generations are in flight at a time.
 *
 *   npm run build && node test/bench/typing.ts [--seconds 60] [--rate 10]
 *
 * The default model must have been exported (`npm run example` does it). A generation is in flight from when the inference
 * process is asked until it has answered, or until it is told to stop; that process writes one text at a time.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { letiHome } from '../../src/process/letiHome.ts';
import { provisionVsCode } from '../host/provision.ts';
import { buildSuites, canDownload } from '../host/suites.ts';
import { QUIET } from '../host/vscode.ts';
import { root } from '../support/tinyRun.ts';

/** Loaded into the backend, where it looks at what is sent to the inference process. */
const COUNTER = `
const processes = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const file = process.env.LETI_TYPING_COUNTS;
const live = new Set();
const counts = { asked: 0, stopped: 0, most: 0 };
const { fork } = processes;
processes.fork = (...how) => {
  const child = fork(...how);
  const send = child.send.bind(child);
  child.on('message', ({ id, message }) => {
    if (['done', 'interrupted', 'error'].includes(message?.event)) live.delete(id);
  });
  child.send = (call, ...rest) => {
    const method = call?.request?.method;
    if (method === 'complete') {
      live.add(call.id);
      counts.asked += 1;
      counts.most = Math.max(counts.most, live.size);
    }
    if (method === 'cancel' && live.delete(call.id)) counts.stopped += 1;
    writeFileSync(file, JSON.stringify(counts));
    return send(call, ...rest);
  };
  return child;
};
syncBuiltinESMExports();
`;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '10' } },
});
const home = letiHome(process.env);
const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-typing-'));
try {
  const workspace = path.join(folder, 'workspace');
  cpSync(path.join(root, 'examples/workspace'), workspace, { recursive: true });
  const profile = path.join(folder, 'profile');
  mkdirSync(path.join(profile, 'User'), { recursive: true });
  writeFileSync(path.join(profile, 'User/settings.json'), JSON.stringify(QUIET));
  const [counter, counts] = [path.join(folder, 'counter.cjs'), path.join(folder, 'counts.json')];
  writeFileSync(counter, COUNTER);
  const server = (await canDownload()) ? undefined : path.join(import.meta.dirname, '../host/codeShim.ts');
  if (server !== undefined) await provisionVsCode(home, console.log);
  console.log(`${os.availableParallelism()} cores, load ${os.loadavg()[0]?.toFixed(1)}`);
  await runTests({
    ...(server === undefined ? {} : { vscodeExecutablePath: server }),
    extensionDevelopmentPath: root,
    extensionTestsPath: await buildSuites(
      path.join(import.meta.dirname, 'typingSuite.ts'),
      path.join(folder, 'suite'),
    ),
    launchArgs: [workspace, '--disable-workspace-trust', `--user-data-dir=${profile}`],
    extensionTestsEnv: {
      LETI_HOME: home,
      LETI_VSCODE_CACHE: home,
      LETI_SUITE_RESULTS: path.join(folder, 'results.json'),
      LETI_TYPING: JSON.stringify({ seconds: Number(values.seconds), rate: Number(values.rate), counter }),
      LETI_TYPING_COUNTS: counts,
    },
  });
  const { asked, stopped, most } = JSON.parse(readFileSync(counts, 'utf8')) as Record<string, number>;
  console.log(`${asked} generations, ${stopped} of them stopped by a key, at most ${most} in flight`);
  console.log(`load ${os.loadavg()[0]?.toFixed(1)}`);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
