import { cpSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/tinyRun.ts';
import { useFolder } from '../support/folder.ts';
import {
  assertSameNumbers,
  inPackagedExtension,
  MINUTES,
  trainFromCommandLine,
  trainFromPalette,
} from './packaged.ts';
import { SMALLEST_MODEL } from '../support/tinyRun.ts';

/** The README's example with the smallest model, once from the command line and once from the palette. Takes 20 minutes. */
describe('the example, trained from the palette of the packaged extension', function () {
  this.timeout(60 * MINUTES);
  const folder = useFolder();
  let workspace: string;

  before(() => {
    workspace = path.join(folder(), 'workspace');
    cpSync(path.join(root, 'examples/workspace'), workspace, { recursive: true });
  });

  it('ends with the numbers of the command line', async () => {
    trainFromCommandLine(workspace, ['--model', SMALLEST_MODEL]);
    await inPackagedExtension(workspace, { 'leti.model': SMALLEST_MODEL }, async (user, code) => {
      const page = await trainFromPalette(user, 1, async () => {
        await user.picture('example-plan', user.page, ['dark']);
      });
      await user.notification('Test tasks:').getByRole('button', { name: /Clear/ }).click();
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
        .waitFor({ timeout: MINUTES });
      await user.picture('example-diff', user.page, ['dark']);
    });
    assertSameNumbers(workspace);
  });
});
