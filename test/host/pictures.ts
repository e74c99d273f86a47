/**
 * `npm run pictures`: takes every picture of the documents and the walkthrough, and the README's animation, from the
 * packaged extension with the default model on the example. Takes about 20 minutes on 2 cores. Look at them before you
 * commit them. `npm run pictures -- completions restricted` takes some parts alone (`before`, `run`, `completions`,
 * `restricted`). LETI_HOME keeps the model for the next time.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { ensureTrainerEnvironment } from '../../src/training/environment.ts';
import { root } from '../support/tinyRun.ts';
import { provisionVsCode } from './provision.ts';
import { Workbench } from './ui/workbench.ts';
import { VsCode } from './vscode.ts';

const MINUTES = 60_000;
const IMAGES = path.join(root, 'docs/images');
const STEPS = path.join(root, 'media/walkthrough');
/** What the animation shows of the window. */
const STAGE = { x: 48, y: 35, width: 900, height: 470 };
const FRAME_MS = 120;

const home = process.env['LETI_TEST_HOME'] ?? path.join(root, '.leti');
const { python } = await ensureTrainerEnvironment({
  home,
  device: 'cpu',
  env: process.env,
  signal: new AbortController().signal,
  onProgress: console.log,
});
const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'leti-pictures-')));
// The name of this folder stands in the pictures.
const workspace = path.join(folder, 'example');
cpSync(path.join(root, 'examples/workspace'), workspace, { recursive: true });
execFileSync(process.execPath, [path.join(root, 'scripts/package.ts')], { stdio: 'ignore' });
const options = {
  server: await provisionVsCode(home, console.log),
  vsix: [path.join(root, `dist-vsix/leti-${process.platform}-${process.arch}.vsix`)],
  env: { LETI_HOME: process.env['LETI_HOME'] ?? path.join(folder, 'home'), LETI_TRAINER_PYTHON: python },
  settings: {
    'workbench.colorTheme': 'Light Modern',
    'editor.minimap.enabled': false,
    // Half of the default, so that the pictures take half the time.
    'leti.samples': 4,
  },
};
async function keep(page: Page, name: string, of: Locator | Page = page): Promise<void> {
  await page.mouse.move(25, 500); // away from what shows a hover
  await sleep(500);
  await of.screenshot({ path: path.join(IMAGES, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}

async function keepStep(
  page: Page,
  name: string,
  clip = { x: 0, y: 0, width: 860, height: 540 },
): Promise<void> {
  await sleep(300);
  await page.screenshot({ path: path.join(STEPS, `${name}.png`), clip });
  console.log(`media/walkthrough/${name}.png`);
}

/** Side bar, walkthrough, tasks, Testing view and Problems panel. */
async function beforeTheRun(user: Workbench): Promise<void> {
  const { page } = user;
  await user.openExplorer();
  await user.pane('Runs').getByText('Train on Workspace Tasks').waitFor();
  await keep(page, 'welcome');
  await user.pane('Tasks').getByText('Find Tasks').click();
  await user
    .rows('Tasks')
    .first()
    .waitFor({ timeout: 2 * MINUTES });
  await keep(page, 'tasks');
  await user.command('Welcome: Open Walkthrough');
  await user.quickRow('Train a model on your own tests').click();
  await page.locator('.getting-started-step').first().waitFor();
  await user.command('View: Toggle Primary Side Bar Visibility');
  await keep(page, 'walkthrough');
  await user.command('View: Toggle Primary Side Bar Visibility');
  await page.keyboard.press('Control+w');
  await user.command('LeTI: Run doctor');
  await page
    .locator('.editor-instance .view-line', { hasText: 'ok' })
    .first()
    .waitFor({ timeout: 2 * MINUTES });
  await keepStep(page, 'environment', { x: 355, y: 88, width: 760, height: 247 });
  await user.command('View: Revert and Close Editor');
  // A mistake that the tests notice.
  const { count_words: mistake = 1 } = withBodies({ count_words: 'return len(text.split(" "))' });
  await openFile(user, 'text.py');
  await goTo(page, mistake);
  await user.command('LeTI: Check function at cursor');
  await user.command('Problems: Focus on Problems View');
  await page
    .locator('.markers-panel .monaco-list-row')
    .first()
    .waitFor({ timeout: 2 * MINUTES });
  await page.keyboard.press('Control+b');
  await keep(page, 'problems');
  await keepStep(page, 'check');
  await page.keyboard.press('Control+b');
  await user.command('View: Revert and Close Editor');
  await user.command('View: Hide Panel');
  withBodies({});
  await user.command('Testing: Focus on Test Explorer View');
  await page.locator('.test-explorer .monaco-list-row').first().waitFor({ timeout: MINUTES });
  await user.command('Test: Run All Tests');
  await page
    .locator('.test-explorer')
    .getByText(/8\d\/8\d/)
    .waitFor({ timeout: 5 * MINUTES });
  await keep(page, 'testing');
  await user.command('View: Hide Panel');
}

/** The plan, the run while it works, its page, a task, a diff, and the trees. */
async function theRun(user: Workbench, page: Page): Promise<void> {
  await user.openExplorer();
  await user.command('LeTI: Train on workspace tasks');
  await user.quickRow('Start training').waitFor({ timeout: 10 * MINUTES });
  await user.quickInput().click();
  await keep(page, 'plan');
  await keepStep(page, 'train');
  await user.quickRow('Start training').click();
  await user
    .rows('Runs')
    .first()
    .waitFor({ timeout: 10 * MINUTES });
  await user.rows('Runs').first().click();
  const run = user.runPage();
  await run.locator('.live', { hasText: /sampl/i }).waitFor({ timeout: 20 * MINUTES });
  await sleep(20_000);
  await keep(page, 'live');
  await run.locator('.status', { hasText: 'finished' }).waitFor({ timeout: 60 * MINUTES });
  for (const toast of await page.locator('.notification-toast .codicon-notifications-clear').all()) {
    await toast.click().catch(() => undefined);
  }
  await run.locator('figure canvas').first().waitFor();
  await run.locator('h1').scrollIntoViewIfNeeded();
  await keep(page, 'run');
  await keepStep(page, 'look');
  await run.locator('table.tasks').scrollIntoViewIfNeeded();
  await keep(page, 'run-tasks');
  const runs = user.rows('Runs');
  await runs.first().locator('.monaco-tl-twistie').click();
  await runs.nth(1).locator('.monaco-tl-twistie').click();
  await runs.nth(2).locator('.monaco-tl-twistie').click();
  await sleep(2000);
  await keep(page, 'runs');
  await runs.first().locator('.monaco-tl-twistie').click();
  await keep(page, 'models', user.pane('Models'));
  await run
    .locator('.filters button', { hasText: /fixed|worse|regressed/ })
    .first()
    .click();
  await run.locator('table.tasks button').first().click();
  await run.locator('article').first().waitFor();
  await keep(page, 'task');
  await run.getByRole('button', { name: 'Compare side by side' }).click();
  await page
    .locator('.monaco-diff-editor .view-line', { hasText: 'def' })
    .first()
    .waitFor({ timeout: MINUTES });
  await keep(page, 'diff');
  await page.keyboard.press('Control+w');
}

/** Ghost text while typing, then the verified list: the README's animation and two pictures. */
async function completions(user: Workbench, page: Page): Promise<void> {
  const { is_blank: first = 1, remove_spaces: second = 1 } = withBodies({ is_blank: '', remove_spaces: '' });
  await openFile(user, 'text.py');
  await page.keyboard.press('Control+b'); // the side bar goes
  const film = new Film(page);
  await goTo(page, first);
  const ghost = page.locator('.editor-instance [class*="ghost-text"]').first();
  for (let tries = 0; !(await ghost.isVisible()) && tries < 60; tries++) {
    await user.command('Trigger Inline Suggestion');
    await ghost.waitFor({ timeout: 2000 }).catch(() => undefined);
  }
  await page.keyboard.press('Escape');
  await film.frames(4);
  for (const letter of 'return ') {
    await page.keyboard.type(letter);
    await film.frames(1);
  }
  await ghost.waitFor({ timeout: MINUTES });
  await film.frames(8);
  await keep(page, 'completion');
  await page.keyboard.press('Tab');
  await film.frames(8);
  await goTo(page, second);
  await film.frames(5);
  await page.keyboard.press('Control+Alt+Space');
  const best = user.quickRow(/passes [1-9]\d* of/).first();
  for (let tries = 0; !(await best.isVisible()) && tries < 100; tries++) await film.frames(2);
  await film.frames(14);
  await keep(page, 'verify');
  await keepStep(page, 'complete');
  await best.click();
  await film.frames(16);
  film.develop(path.join(IMAGES, 'demo.gif'));
  await user.command('View: Revert and Close Editor');
  await page.keyboard.press('Control+b');
}

async function inRestrictedMode(user: Workbench, page: Page): Promise<void> {
  await user.openExplorer();
  await user.pane('Tasks').getByText('Restricted Mode').waitFor({ timeout: MINUTES });
  await keep(page, 'untrusted');
  await user.command('Workspaces: Manage Workspace Trust');
  await page.locator('.workspace-trust-editor').waitFor();
  await keepStep(page, 'trust', { x: 0, y: 0, width: 1280, height: 800 });
}

async function openFile(user: Workbench, name: string): Promise<void> {
  await user.page.keyboard.press('F1');
  await user.quickInput().fill(name);
  await user.quickRow(name).first().click();
  await user.page.locator('.editor-instance .view-line', { hasText: 'def ' }).first().waitFor();
}

/** Writes another body, or none, for one-line functions of the example's text.py, and returns the line of each. */
function withBodies(bodies: Readonly<Record<string, string>>): Record<string, number> {
  const file = path.join(workspace, 'kit/text.py');
  const lines = readFileSync(path.join(root, 'examples/workspace/kit/text.py'), 'utf8').split('\n');
  const at: Record<string, number> = {};
  for (const [name, body] of Object.entries(bodies)) {
    const header = lines.findIndex((line) => line.startsWith(`def ${name}(`));
    const last = lines.findIndex((line, index) => index > header && line.startsWith('    return '));
    at[name] = last + 1;
    lines[last] = body === '' ? '    ' : `    ${body}`;
  }
  writeFileSync(file, lines.join('\n'));
  return at;
}

/** Puts the cursor at the end of a line, counted from 1. */
async function goTo(page: Page, line: number): Promise<void> {
  await page.keyboard.press('Control+g');
  await page.keyboard.type(String(line));
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
}

/** Frames of a part of the window, which become an animation. */
class Film {
  readonly #page: Page;
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'leti-film-'));
  #count = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  async frames(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const next = sleep(FRAME_MS);
      await this.#page.screenshot({
        path: path.join(this.#folder, `${String(this.#count++).padStart(4, '0')}.png`),
        clip: STAGE,
      });
      await next;
    }
  }

  /** Writes the animation; equal frames in a row become one that is shown longer. */
  develop(file: string): void {
    const tools = path.join(home, 'picture-tools');
    const lock = path.join(root, 'python/requirements/pictures.txt');
    execFileSync(python, ['-m', 'pip', 'install', '-q', '--target', tools, '--upgrade', '-r', lock]);
    execFileSync(python, [path.join(root, 'test/host/animation.py'), this.#folder, file, String(FRAME_MS)], {
      stdio: 'inherit',
      env: { ...process.env, PYTHONPATH: tools },
    });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const parts = process.argv.slice(2);
const isWanted = (part: string): boolean => parts.length === 0 || parts.includes(part);
try {
  const code = await VsCode.start(options);
  try {
    await code.open(workspace);
    const user = new Workbench(code);
    if (isWanted('before')) await beforeTheRun(user);
    if (isWanted('run')) await theRun(user, code.page);
    if (isWanted('completions')) await completions(user, code.page);
  } finally {
    await code.close();
  }
  if (isWanted('restricted')) {
    const careful = await VsCode.start({ ...options, trust: false });
    try {
      await careful.open(workspace);
      await inRestrictedMode(new Workbench(careful), careful.page);
    } finally {
      await careful.close();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
