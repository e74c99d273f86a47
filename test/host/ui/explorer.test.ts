import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { bareTask, sampleOf } from '../../support/tasks.ts';
import { modelThatKnows, processesNaming, root } from '../../support/tinyRun.ts';
import { provisionVsCode, type VsCodeServer } from '../provision.ts';
import { VsCode } from '../vscode.ts';
import { CHOOSE_OTHER, pythonExtension } from './pythonExtension.ts';
import { hostWorkspace } from '../workspace.ts';
import { Workbench } from './workbench.ts';

/** What the model of the pictures writes: something right, something wrong, and nothing of use for the last function. */
const KNOWN = [
  ['add_one', 'add one', 'return x + 1'],
  ['double', 'double', 'return x * 2'],
  ['square', 'square', 'return x + x'],
  ['negate', 'negate', 'return -y'],
  ['same', 'same', 'return x'],
] as const;

/** The packaged extension, driven as a user would drive it: mouse and keyboard in a browser, nothing else. */
describe('the run explorer of the packaged extension', function () {
  this.timeout(240_000);
  const vsix = path.join(root, `dist-vsix/leti-${process.platform}-${process.arch}.vsix`);
  let server: VsCodeServer;
  let folder: string;
  let home: string;
  let project: ReturnType<typeof hostWorkspace>;
  let code: VsCode;
  let user: Workbench;

  before(async () => {
    execFileSync(process.execPath, [path.join(root, 'scripts/package.ts')], { stdio: 'ignore' });
    server = await provisionVsCode(process.env['LETI_HOME'] ?? path.join(root, '.leti'), console.log);
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'leti-ui-')));
    home = path.join(folder, 'home');
    project = hostWorkspace(folder);
    project.settings['leti.model'] = modelThatKnows(path.join(folder, 'made-for-tests'), KNOWN);
    code = await VsCode.start({ server, vsix: [vsix], settings: project.settings, env: { LETI_HOME: home } });
    await code.open(project.workspace);
    user = new Workbench(code);
  });

  after(async () => {
    await code.close();
    assert.deepEqual(processesNaming(home), [], 'processes of the closed window live on');
    rmSync(folder, { recursive: true, force: true });
  });

  // A failing step leaves a picture of what the user saw.
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    const file = path.join(os.tmpdir(), `leti-ui-${Date.now()}.png`);
    await code.page.screenshot({ path: file });
    console.log(`      seen: ${file}`);
  });

  it('says what to do where there are no runs yet', async () => {
    await user.openExplorer();
    await user.pane('Runs').getByText('No runs yet').waitFor();
    await user.pane('Runs').getByText('Train on Workspace Tasks').waitFor();
    await user.picture('welcome');
  });

  it('finds the tasks when it is asked to', async () => {
    await user.pane('Tasks').getByText('Find Tasks').click();
    await user.rows('Tasks').filter({ hasText: 'ops.py' }).first().waitFor({ timeout: 60_000 });
    assert.equal(await user.rows('Tasks').filter({ hasText: 'not tried yet' }).count(), 6);
    await user.picture('tasks');
  });

  it('has a provider for each view that the manifest declares', async () => {
    const manifest = z
      .object({
        contributes: z.object({ views: z.record(z.string(), z.array(z.object({ id: z.string() }))) }),
      })
      .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
    const declared = Object.values(manifest.contributes.views).flat();
    assert.equal(await code.page.locator('.part.sidebar .pane').count(), declared.length);
    // VS Code's words where a view has none.
    assert.equal(await code.page.getByText('no data provider').count(), 0);
  });

  it('leads through the first run: its links do what they say', async () => {
    await user.command('Welcome: Open Walkthrough');
    await user.quickRow('Train a model on your own tests').click();
    const steps = code.page.locator('.getting-started-step');
    await steps.first().waitFor();
    assert.equal(await steps.count(), 7);
    await steps.filter({ hasText: 'Choose an interpreter' }).click();
    // Pictures stand beside the steps where there is room.
    await user.command('View: Toggle Primary Side Bar Visibility');
    await user.picture('walkthrough');
    await user.command('View: Toggle Primary Side Bar Visibility');
    await code.page.getByText('Set Interpreter').click();
    await code.page
      .locator('.settings-editor')
      .getByText('Set the Python interpreter that runs your code')
      .waitFor();
    await user.stepPicture('interpreter', { x: 128, y: 94, width: 1024, height: 380 });
    // The settings lie over the window.
    await code.page.keyboard.press('Escape');
    await code.page.locator('.settings-editor').waitFor({ state: 'hidden' });
    await steps.filter({ hasText: 'Check your setup' }).click();
    await code.page.getByText('Run Doctor').click();
    await code.page
      .locator('.editor-instance .view-line', { hasText: 'ok' })
      .first()
      .waitFor({ timeout: 60_000 });
    // Without the lines that name folders of the machine.
    await user.stepPicture('environment', { x: 355, y: 88, width: 760, height: 247 });
    await user.command('View: Revert and Close Editor');
    await code.page.keyboard.press('Control+w');
  });

  it('checks the tasks from the Testing view, and shows what failed at its line', async () => {
    await user.command('Testing: Focus on Test Explorer View');
    await code.page
      .locator('.test-explorer .monaco-list-row')
      .filter({ hasText: 'ops.py' })
      .waitFor({ timeout: 30_000 });
    await user.command('Test: Run All Tests');
    const outcome = code.page.locator('.test-explorer').getByText('6/7');
    await outcome.waitFor({ timeout: 60_000 });
    await user.picture('testing');
    await user.command('Problems: Focus on Problems View');
    const problem = code.page
      .locator('.markers-panel .monaco-list-row')
      .filter({ hasText: 'NameError' })
      .first();
    await problem.waitFor({ timeout: 10_000 });
    await user.picture('problems');
    await problem.dblclick();
    await user.stepPicture('check');
    await code.page.keyboard.press('Control+w');
    await user.command('View: Hide Panel');
    await user.openExplorer();
  });

  it('shows the plan before it trains, and stops at once when it is cancelled', async () => {
    await user.command('LeTI: Train on workspace tasks');
    await user.quickRow('Start training').waitFor({ timeout: 60_000 });
    await user.quickRow('for training').waitFor();
    // It explains itself for as long as nobody clicks.
    await user.quickInput().click();
    await user.picture('plan');
    await user.stepPicture('train');
    await user.quickRow('Start training').click();
    await user.rows('Runs').first().waitFor({ timeout: 60_000 });
    const toast = user.notification('LeTI: Training');
    await toast.hover();
    await toast.getByRole('button', { name: 'Cancel' }).click();
    await user.rows('Runs').filter({ hasText: 'stopped' }).waitFor({ timeout: 30_000 });
    for (const name of ['leti_trainer', 'inferenceWorker']) {
      assert.deepEqual(
        processesNaming(home).filter((pid) => processesNaming(name).includes(pid)),
        [],
        `${name} goes on`,
      );
    }
  });

  it('resumes from the tree; the page of the run follows it live', async function () {
    // Minutes on a machine that is busy with other things.
    this.timeout(600_000);
    const row = user.rows('Runs').first();
    await row.click();
    await user.runPage().locator('h1').waitFor({ timeout: 30_000 });
    await row.hover();
    await row.getByRole('button', { name: /Resume/ }).click();
    await user.runPage().locator('.live', { hasText: /\w/ }).waitFor({ timeout: 120_000 });
    await user.picture('live');
    await user.runPage().locator('.status', { hasText: 'finished' }).waitFor({ timeout: 450_000 });
    await user.notification('Test tasks:').getByRole('button', { name: /Clear/ }).click({ timeout: 30_000 });
    await user.rows('Runs').filter({ hasText: '%' }).first().waitFor();
  });

  it('shows pass rates, errors, work and tasks of the run', async () => {
    const page = user.runPage();
    await page.locator('figure canvas').first().waitFor();
    await page.locator('summary', { hasText: 'As a table' }).first().click();
    await page.locator('figure table td').first().waitFor();
    assert.equal(await page.locator('table.tasks tbody tr').count(), 6);
    const pressed = page.locator('.filters button[aria-pressed="true"]');
    assert.match((await pressed.textContent()) ?? '', /all \(6\)/);
    await page.getByLabel('Name of a task').fill('double');
    assert.equal(await page.locator('table.tasks tbody tr').count(), 1);
    await page.getByLabel('Name of a task').fill('');
    await page.locator('h1').scrollIntoViewIfNeeded();
    await user.picture('run');
    await user.stepPicture('look');
    await page.locator('table.tasks').scrollIntoViewIfNeeded();
    await user.picture('run-tasks');
  });

  it('says in the lists of runs and models what came of them, without a hash', async () => {
    const run = user.rows('Runs').first();
    // Three test tasks are too few to tell.
    await run.filter({ hasText: "Can't tell yet" }).waitFor();
    await user.picture('runs');
    const model = user.rows('Models').filter({ hasText: 'Round 1' });
    assert.match((await model.textContent()) ?? '', /\d+\.\d %.*can't tell yet/);
    assert.doesNotMatch((await model.textContent()) ?? '', /[0-9a-f]{8}/);
    await user.picture('models', user.pane('Models'));
  });

  it('shows a task with its programs, and two of them side by side', async () => {
    const page = user.runPage();
    await page.locator('table.tasks button', { hasText: 'double' }).click();
    await page.locator('article').first().waitFor();
    assert.equal(await page.locator('article').count(), 8);
    await page.getByLabel('Stage of the run').press('ArrowLeft');
    await page
      .locator('output', { hasText: 'sampled in round 1' })
      .or(page.locator('output', { hasText: 'before' }))
      .waitFor();
    await page.getByText('Prompt and checks').click();
    assert.match((await page.locator('.prompt').textContent()) ?? '', /def double\(x\):/);
    await page.getByText('Prompt and checks').click();
    await user.picture('task');
    await page.getByRole('button', { name: 'Compare side by side' }).click();
    await code.page
      .locator('.monaco-diff-editor .view-line', { hasText: 'def' })
      .first()
      .waitFor({ timeout: 30_000 });
    await user.picture('diff');
    await code.page.keyboard.press('Control+w');
  });

  it('completes with the model that was put into use, and lists candidates with what their tests said', async () => {
    const file = path.join(project.workspace, 'ops.py');
    const source = readFileSync(file, 'utf8');
    const model = user.rows('Models').filter({ hasText: 'Round 1' });
    await model.hover();
    await model.getByRole('button', { name: /Choose active model/ }).click();
    await code.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Use Anyway' }).click();
    await model.filter({ hasText: 'in use' }).waitFor();
    await user.rows('Tasks').filter({ hasText: 'double' }).click();
    const editor = code.page.locator('.editor-instance');
    await editor.locator('.view-line', { hasText: 'def double' }).waitFor();
    await editor.locator('.view-line', { hasText: 'return x * 2' }).click();
    // To the end of the line, and from there the body away.
    await code.page.keyboard.press('End');
    await code.page.keyboard.press('Shift+Home');
    await code.page.keyboard.press('Delete');
    await editor.locator('.view-line', { hasText: 'return x * 2' }).waitFor({ state: 'detached' });
    // A window that comes to an idea late has none at the first time of asking.
    const ghost = editor.locator('[class*="ghost-text"]', { hasText: 'return' }).first();
    for (let tries = 0; !(await ghost.isVisible()); tries++) {
      assert.ok(tries < 60, 'no ghost text');
      await user.command('Trigger Inline Suggestion');
      await ghost.waitFor({ timeout: 2000 }).catch(() => undefined);
    }
    await user.picture('completion');
    await user.command('LeTI: Complete and verify');
    const best = user.quickRow('passes 1 of 1 test').first();
    await best.waitFor({ timeout: 120_000 });
    await user.picture('verify');
    await user.stepPicture('complete');
    await best.click();
    // Five of the six functions return something of x; what is only offered is no text yet.
    const written = editor.locator('.view-line:not(:has([class*="ghost-text"]))', { hasText: 'return x' });
    await written.nth(4).waitFor();
    await user.command('View: Revert and Close Editor');
    await code.page.locator('.tab', { hasText: 'ops.py' }).waitFor({ state: 'detached' });
    // The window saves what is changed by itself.
    writeFileSync(file, source);
  });

  it('survives a reload of the window with the page open', async () => {
    await code.page.reload();
    const finished = user.runPage().locator('.status', { hasText: 'finished' });
    await finished.waitFor({ timeout: 20_000 }).catch(async () => {
      // VS Code may open again what was closed shortly before, and put it in front.
      await code.page.getByRole('tab', { name: /^Run of/ }).click({ timeout: 30_000 });
      await finished.waitFor({ timeout: 60_000 });
    });
  });

  it('leaves a run that can be resumed when the window is reloaded in the middle of it', async () => {
    await user.openExplorer();
    // The palette knows our commands once the extension is there again.
    await user.rows('Runs').first().waitFor({ timeout: 30_000 });
    const before = await user.rows('Runs').count();
    await user.command('LeTI: Train on workspace tasks');
    await user.quickRow('Start training').waitFor({ timeout: 60_000 });
    await user.quickRow('Start training').click();
    await user.rows('Runs').nth(before).waitFor({ timeout: 60_000 });
    await code.page.reload();
    await user.openExplorer();
    const stopped = user.rows('Runs').filter({ hasText: 'stopped' });
    await stopped.waitFor({ timeout: 60_000 });
    await stopped.hover();
    await stopped.getByRole('button', { name: /Resume/ }).waitFor();
  });

  it('shows hostile programs as text and as nothing else', async () => {
    const hostile = '</pre><img src=x onerror="document.title=1"><script>document.title=2</script>';
    const task = bareTask({ id: `hostile ${hostile}` });
    const files = workspaceFiles(project.workspace, { LETI_HOME: home });
    const store = new RunStore(files.store);
    store.createRun(
      '99990101000000-abcd',
      { ...DEFAULT_RUN, workspace: project.workspace },
      { tier: hostile },
    );
    store.saveTasks('99990101000000-abcd', [{ task, side: 'train' }], []);
    store.saveBatch(
      '99990101000000-abcd',
      'sample/1',
      0,
      { model: 'm', engine: hostile, condition: 'none', tier: 'T3' },
      [sampleOf(task.id, { completion: `x):\n    return '''${hostile}'''`, feedback: `line 2 ${hostile}` })],
    );
    store.setStatus('99990101000000-abcd', 'failed', hostile);
    store.close();
    await user.openExplorer();
    await user.rows('Runs').filter({ hasText: 'failed' }).first().click();
    const page = user.runPage();
    await page.locator('.status', { hasText: 'failed' }).waitFor({ timeout: 30_000 });
    await page.locator('table.tasks button').click();
    await page.locator('article').waitFor();
    assert.match((await page.locator('.feedback').textContent()) ?? '', /<img src=x/);
    assert.equal(await page.locator('main img, main script').count(), 0);
    await page.locator('.feedback button').click();
    assert.equal(await page.locator('.program li:focus').count(), 1);
  });

  it('shows the runs of all folders of a workspace, and asks whose tasks to train on', async () => {
    const second = path.join(folder, 'second');
    mkdirSync(second);
    const file = path.join(folder, 'both.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: [{ path: second }, { path: project.workspace }] }));
    const listed = async (): Promise<boolean> => {
      await code.open(file);
      await user.openExplorer();
      const row = user.rows('Runs').filter({ hasText: 'project' }).first();
      return await row
        .waitFor({ timeout: 20_000 })
        .then(() => true)
        .catch(() => false);
    };
    // VS Code's server now and then opens a workspace file without its folders ("No Folder Opened").
    for (let tries = 0; !(await listed()); tries++) assert.ok(tries < 4, 'no runs of the folder are listed');
    await user.command('LeTI: Train on workspace tasks');
    await user.quickRow('second').click();
    await user.notification('no function with tests or doctests was found').waitFor({ timeout: 60_000 });
  });

  it('runs programs with the interpreter that the Python extension names, and follows it', async () => {
    const real = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    const python = await pythonExtension(folder, ['/nowhere/chosen/python', real.trim()]);
    const other = await VsCode.start({
      server,
      vsix: [vsix, python],
      env: { LETI_HOME: path.join(folder, 'home2') },
    });
    try {
      await other.open(project.workspace);
      const visitor = new Workbench(other);
      await visitor.openExplorer();
      await visitor.pane('Tasks').getByText('Find Tasks').click();
      await visitor.notification('/nowhere/chosen/python cannot be used').waitFor({ timeout: 30_000 });
      await visitor.command(CHOOSE_OTHER);
      await visitor.pane('Tasks').getByText('Find Tasks').click();
      await visitor.rows('Tasks').filter({ hasText: 'ops.py' }).first().waitFor({ timeout: 60_000 });
    } finally {
      await other.close();
    }
  });

  it('reads the runs of a folder that is not trusted, and offers nothing that would run it', async () => {
    const careful = await VsCode.start({
      server,
      vsix: [vsix],
      settings: project.settings,
      env: { LETI_HOME: home },
      trust: false,
    });
    try {
      await careful.open(project.workspace);
      const visitor = new Workbench(careful);
      await visitor.openExplorer();
      await visitor.rows('Runs').filter({ hasText: '%' }).first().waitFor({ timeout: 30_000 });
      await visitor.pane('Tasks').getByText('In Restricted Mode you can view past runs').waitFor();
      await visitor.picture('untrusted');
      await careful.page.keyboard.press('F1');
      await visitor.quickInput().fill('>LeTI:');
      await visitor.quickRow('LeTI: Open run').waitFor();
      assert.equal(await visitor.quickRow('LeTI: Train').count(), 0);
      // The other window has its own.
      const working = (): number[] =>
        ['leti_runner', 'inferenceWorker']
          .flatMap(processesNaming)
          .filter((pid) => processesNaming(home).includes(pid));
      const others = working();
      // Nothing is completed, and no process of ours runs or parses what the folder holds.
      await visitor.quickInput().fill('ops.py');
      await visitor.quickRow('ops.py').first().click();
      await careful.page.locator('.view-line', { hasText: 'add_one' }).first().click();
      await careful.page.keyboard.press('Control+End');
      await careful.page.keyboard.type('\ndef add_one(x):\n');
      await visitor.command('Trigger Inline Suggestion');
      await sleep(1500);
      assert.equal(await careful.page.locator('[class*="ghost-text"]').count(), 0);
      assert.deepEqual(
        working().filter((pid) => !others.includes(pid)),
        [],
      );
      await visitor.command('Workspaces: Manage Workspace Trust');
      await careful.page.locator('.workspace-trust-editor').waitFor();
      await visitor.stepPicture('trust', { x: 0, y: 0, width: 1280, height: 800 });
    } finally {
      await careful.close();
    }
  });
});
