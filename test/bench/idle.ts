/**
 * What the extension costs when nothing goes on: processor time of VS Code's server, its extension host and our backend,
 * with the run explorer and the page of a run open, then with the side bar closed.
 *
 *   npm run package && node test/bench/idle.ts [--seconds 20]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_RUN } from '../../src/core/defaults.ts';
import { workspaceFiles } from '../../src/app/folders.ts';
import { RunStore } from '../../src/store/runStore.ts';
import { provisionVsCode } from '../host/provision.ts';
import { Workbench } from '../host/ui/workbench.ts';
import { VsCode } from '../host/vscode.ts';
import { bareTask, sampleOf } from '../support/tasks.ts';
import { root } from '../support/tinyRun.ts';

/** Of the kernel's clock in /proc. */
const TICKS_PER_SECOND = 100;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } });
const seconds = Number(values.seconds);
const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-idle-'));
const store = new RunStore(workspaceFiles(folder, { LETI_HOME: folder }).store);
store.createRun('run', { ...DEFAULT_RUN, workspace: folder }, {});
store.saveTasks('run', [{ task: bareTask(), side: 'train' }], []);
const record = { model: 'm', engine: 'e', condition: 'none' as const, tier: 'T3' };
store.saveBatch('run', 'sample/1', 0, record, [sampleOf('t/f')]);
store.setStatus('run', 'finished');
store.close();
const code = await VsCode.start({
  server: await provisionVsCode(process.env['LETI_HOME'] ?? path.join(root, '.leti'), console.log),
  vsix: [path.join(root, 'dist-vsix/leti-linux-x64.vsix')],
  env: { LETI_HOME: folder },
});
try {
  await code.open(folder);
  await sleep(10_000);
  await report('VS Code alone, nothing of LeTI opened');
  const user = new Workbench(code);
  await user.openExplorer();
  await user.rows('Runs').first().click();
  await user.runPage().locator('.status', { hasText: 'finished' }).waitFor();
  await sleep(5000);
  await report('with the run explorer and a page of a run');
  await user.command('View: Toggle Primary Side Bar Visibility');
  await sleep(5000);
  await report('with the side bar closed, the page still open');
} finally {
  await code.close();
  rmSync(folder, { recursive: true, force: true });
}

async function report(what: string): Promise<void> {
  const before = used();
  await sleep(seconds * 1000);
  const after = used();
  console.log(what);
  for (const [name, ticks] of after) {
    const share = (ticks - (before.get(name) ?? 0)) / TICKS_PER_SECOND / seconds;
    console.log(`  ${name}: ${(100 * share).toFixed(2)} % of a core`);
  }
}

/** Processor time so far, in ticks, of the processes that know our home, by what they are. */
function used(): Map<string, number> {
  const found = new Map<string, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const command = read(`/proc/${pid}/cmdline`);
    if (Number(pid) === process.pid || !read(`/proc/${pid}/environ`).includes(`LETI_HOME=${folder}`))
      continue;
    const name = command.includes('leti.mjs')
      ? 'backend'
      : command.includes('extensionHost')
        ? 'extension host'
        : 'server and its helpers';
    const stat = read(`/proc/${pid}/stat`);
    const [, , , , , , , , , , , user = '0', system = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    found.set(name, (found.get(name) ?? 0) + Number(user) + Number(system));
  }
  return found;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // its process has ended
  }
}
