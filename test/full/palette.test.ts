import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StoredRuns } from '../../src/rounds/storedRuns.ts';
import { provisionVsCode } from '../host/provision.ts';
import { Workbench } from '../host/ui/workbench.ts';
import { VsCode } from '../host/vscode.ts';
import { root, trainerPython } from '../support/tinyRun.ts';

/** The README's example with the default model, once from the command line and once from the palette. Takes 20 minutes. */
describe('the example, trained from the palette of the packaged extension', function () {
  this.timeout(60 * 60_000);
  const home = process.env['LETI_HOME'] ?? path.join(root, '.leti');
  const minutes = 60_000;
  let folder: string;
  let workspace: string;

  before(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'leti-full-')));
    workspace = path.join(folder, 'workspace');
    cpSync(path.join(root, 'examples/workspace'), workspace, { recursive: true });
    execFileSync(process.execPath, [path.join(root, 'scripts/package.ts')], { stdio: 'ignore' });
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('ends with the numbers of the command line', async () => {
    execFileSync(
      process.execPath,
      [path.join(root, 'dist/leti.mjs'), 'train', workspace, '--trainer-python', trainerPython()],
      { env: { ...process.env, LETI_HOME: home }, stdio: 'inherit' },
    );
    const code = await VsCode.start({
      server: await provisionVsCode(home, console.log),
      vsix: [path.join(root, `dist-vsix/leti-${process.platform}-${process.arch}.vsix`)],
      settings: { 'leti.trainerPython': trainerPython() },
      env: { LETI_HOME: home },
    });
    try {
      await code.open(workspace);
      const user = new Workbench(code);
      await user.openExplorer();
      await user.command('LeTI: Train on workspace tasks');
      await user.quickRow('Start training').waitFor({ timeout: 2 * minutes });
      await user.picture('example-plan', user.page, ['dark']);
      await user.quickRow('Start training').click();
      const newest = user.rows('Runs').first();
      await user
        .rows('Runs')
        .nth(1)
        .waitFor({ timeout: 2 * minutes });
      await newest.click();
      const page = user.runPage();
      await page.locator('.status', { hasText: 'finished' }).waitFor({ timeout: 45 * minutes });
      await user.notification('held-out tasks').getByRole('button', { name: /Clear/ }).click();
      await page.locator('h1').scrollIntoViewIfNeeded();
      await user.picture('example-run');
      await page.locator('table.tasks').scrollIntoViewIfNeeded();
      await user.picture('example-tasks');
      await page
        .locator('.filters button', { hasText: /regressed|newly fixed/ })
        .first()
        .click();
      await page.locator('table.tasks button').first().click();
      await page.locator('article').first().waitFor();
      await user.picture('example-task', user.page, ['dark']);
      await page.getByRole('button', { name: 'Compare side by side' }).click();
      await code.page
        .locator('.monaco-diff-editor .view-line', { hasText: 'def' })
        .first()
        .waitFor({ timeout: minutes });
      await user.picture('example-diff', user.page, ['dark']);
    } finally {
      await code.close();
    }
    const stored = new StoredRuns(workspace, { LETI_HOME: home });
    const [fromPalette, fromCommandLine] = stored.list().map(({ id }) => stored.detail(id).report);
    assert.ok(fromPalette !== undefined && fromCommandLine !== undefined);
    assert.deepEqual(fromPalette.heldOut, fromCommandLine.heldOut);
    assert.deepEqual(fromPalette.train, fromCommandLine.train);
    assert.deepEqual(fromPalette.gates, fromCommandLine.gates);
  });
});
