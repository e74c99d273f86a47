import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { evaluate } from '../../../src/core/evaluation/passRates.ts';
import type { RunDetail } from '../../../src/protocol/backend.ts';
import type { Sample, Side } from '../../../src/protocol/run.ts';
import { StoredRuns } from '../../../src/app/runs/storedRuns.ts';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { stages } from '../../../src/app/runs/stages.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { bareTask, chatStyle, sampleOf } from '../../support/tasks.ts';
import { root } from '../../support/tinyRun.ts';
import { provisionVsCode } from '../provision.ts';
import { PageInBrowser } from './pageInBrowser.ts';

const RUN = 'run';
const TASKS = 150;
const ids = Array.from({ length: TASKS }, (_, index) => `ops.py:f_${String(index).padStart(3, '0')}`);

/** The page of a run alone: built, in a browser, filled from a store. */
describe('the page of a run', function () {
  this.timeout(60_000);
  let folder: string;
  let workspace: string;
  let stored: StoredRuns;
  let view: PageInBrowser;

  const run = (change: (detail: RunDetail) => RunDetail = (detail) => detail): Promise<void> =>
    view.tell({
      kind: 'run',
      title: 'Run of yesterday',
      detail: change(stored.detail(RUN)),
      histories: stored.histories(RUN),
      use: { active: { name: 'SmolLM2' }, stored: true },
    });
  const task = async (): Promise<void> => {
    const { task } = await view.message('task');
    await view.tell({ kind: 'task', detail: stored.task(RUN, String(task)) });
  };
  const openTask = async (): Promise<void> => {
    await run();
    await view.page.locator('table.tasks button').first().click();
    await task();
  };

  /** By the keyboard: charts above it still grow, so a click may miss it. */
  const openDetails = async (): Promise<void> => {
    await view.page.locator('summary', { has: view.page.getByText('Details') }).press('Enter');
  };

  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-page-'));
    workspace = path.join(folder, 'Prüfungen für Ωmega 日本 "quoted"');
    fill(workspaceFiles(workspace, { LETI_HOME: folder }).store, workspace);
    stored = new StoredRuns(workspace, { LETI_HOME: folder });
    const home = process.env['LETI_HOME'] ?? path.join(root, '.leti');
    const { chromium } = await provisionVsCode(home, console.log);
    view = await PageInBrowser.open(chromium, { workspace, run: RUN });
  });

  afterEach(async () => {
    await view.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens with the answer, and shows what got worse', async () => {
    const card = view.page.getByRole('region', { name: 'Result' });
    await run();
    assert.equal(await card.getByRole('heading').textContent(), '–No new model');
    const store = new RunStore(workspaceFiles(workspace, { LETI_HOME: folder }).store);
    const difference = { value: -0.03, low: -0.08, high: 0.02 };
    const decided = { decision: 'refuse', reason: 'held-out pass rate fell: -3.0 points', difference };
    store.finishStage(RUN, stages.gate(2), { round: 2, model: 'm', ...decided });
    store.close();
    await run();
    assert.equal(await card.getByRole('heading').textContent(), '✗Not better');
    assert.match((await card.textContent()) ?? '', /Difference: −3\.0 points .*You keep SmolLM2\./);
    await card.getByRole('button', { name: 'Use Anyway' }).click();
    assert.equal((await view.message('act'))['action'], 'use');
    await card.getByRole('button', { name: 'Show What Got Worse' }).press('Enter');
    assert.equal(await view.page.locator('table.tasks tbody tr').count(), TASKS / 3);
    assert.equal(await view.page.locator('table.tasks tbody button:focus').count(), 1);
  });

  it('remembers its run, whatever letters its folder is written in', async () => {
    await run();
    const { workspace: kept, run: name } = view.state as Record<string, unknown>;
    assert.deepEqual([kept, name], [workspace, RUN]);
  });

  it('says in the log what it does not understand, and goes on', async () => {
    await view.tellAnything({ kind: 'run', detail: 7 });
    assert.match(String((await view.message('log'))['message']), /unknown message/);
    await view.tellAnything('nonsense');
    await run();
    assert.equal(await view.page.locator('h1').textContent(), 'Run of yesterday');
  });

  it('comes back as it was left: filter, search, task, stage and place', async () => {
    await run();
    await view.page.getByRole('button', { name: /^newly fixed/ }).click();
    await view.page.getByLabel('Name of a task').fill('f_0');
    await view.page.locator('table.tasks button').nth(3).click();
    await task();
    const slider = view.page.getByLabel('Stage of the run');
    await slider.press('Home');
    const said = await view.page.locator('output').textContent();
    const shown = await view.page.locator('table.tasks tbody tr').count();
    await view.page.evaluate('window.scrollTo(0, 700)');
    await view.again();
    await run();
    await task();
    assert.equal(await view.page.locator('output').textContent(), said);
    assert.match(said ?? '', /sampled in round 1/);
    assert.equal(await view.page.getByLabel('Name of a task').inputValue(), 'f_0');
    assert.equal(await view.page.locator('table.tasks tbody tr').count(), shown);
    assert.match(
      (await view.page.locator('.filters [aria-pressed="true"]').textContent()) ?? '',
      /newly fixed/,
    );
    assert.equal(await view.page.evaluate('Math.round(scrollY)'), 700);
  });

  it('takes a state that it does not know for none', async () => {
    view.state = { workspace, run: RUN, view: { filter: 'purple', scroll: -1 } };
    await view.again();
    await run();
    assert.equal(await view.page.locator('table.tasks tbody tr').count(), 100);
  });

  it('draws a growing chart again without keeping the one before', async () => {
    const steps = (count: number) => (detail: RunDetail) => ({
      ...detail,
      steps: Array.from({ length: count }, (_, step) => ({
        ...{ round: 1, step, loss: 1 / (step + 1), learningRate: 1, gradNorm: 1, tokens: 1, seconds: 1 },
      })),
    });
    await run(steps(1));
    await openDetails();
    await view.page.locator('figure canvas').nth(1).waitFor();
    for (let count = 2; count < 12; count++) {
      await run(steps(count));
      await view.page.waitForTimeout(30);
    }
    await view.page.waitForTimeout(300);
    assert.equal(await view.page.locator('canvas').count(), 2);
    assert.ok((await view.living('HTMLCanvasElement')) <= 2, 'canvases that are on no page live on');
  });

  it('shows the prompt that the model got, and how it was asked', async () => {
    await openTask();
    const prompt = await view.page.locator('.prompt').textContent();
    assert.equal(prompt, '<r0><user>Write f.<assistant>```python\ndef f(');
    const facts = (await view.page.locator('.stages + .facts').textContent()) ?? '';
    assert.equal(facts, 'prompt asks for a good program · written by e 1 · time limit 5 s');
    const program = (await view.page.locator('article .facts').first().textContent()) ?? '';
    assert.match(program, /verdict \w+ · \d of 1 checks · 4 tokens, ended by the end of the function/);
  });

  it('compares the programs of any two stages', async () => {
    await openTask();
    assert.equal(await view.page.getByLabel('Programs on the left').inputValue(), 'sample/1');
    await view.page.getByLabel('Programs on the left').selectOption('sample/2');
    await view.page.getByRole('button', { name: 'Compare side by side' }).click();
    const { from, to } = await view.message('compare');
    assert.deepEqual([from, to], ['sample/2', 'evaluate/2/train/samples']);
  });

  it('adds to an open task what comes, and leaves the reader where they are', async () => {
    await openTask();
    const store = new RunStore(workspaceFiles(workspace, { LETI_HOME: folder }).store);
    const { task: open } = await view.message('task');
    store.saveBatch(RUN, 'sample/3', 0, record(), [sampleOf(String(open), { completion: 'newest' })]);
    store.close();
    await view.page.getByLabel('Stage of the run').focus();
    view.sent.length = 0;
    await run();
    await task();
    assert.match((await view.page.locator('output').textContent()) ?? '', /sampled in round 3: 0 of 1/);
    assert.match((await view.page.locator('.program').first().textContent()) ?? '', /newest/);
    assert.equal(await view.page.locator('input[type="range"]:focus').count(), 1);
  });

  it('can be used with the keyboard and read by a screen reader', async () => {
    await run();
    const { page } = view;
    await page.getByRole('button', { name: /^all/ }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const pressed = page.getByRole('group', { name: 'Filter' }).getByRole('button', { pressed: true });
    assert.match((await pressed.textContent()) ?? '', /^newly fixed \(\d+\)$/);
    await page.getByRole('button', { name: 'ops.py:f_001', exact: true }).focus();
    await page.keyboard.press('Enter');
    await task();
    const opens = page.getByRole('article').getByRole('button', { name: /^Open/ });
    const names = await Promise.all((await opens.all()).map((open) => open.getAttribute('aria-label')));
    assert.deepEqual(names, ['Open program 1', 'Open program 2']);
    assert.equal(await page.locator('[aria-live]').count(), 0);
    // Each chart is a named group whose numbers are a table, too.
    const chart = page.getByRole('group', { name: 'Attempts that pass by round' });
    await chart.getByText('As a table').press('Enter');
    assert.equal(await chart.getByRole('table').getByRole('row').count(), 4);
    await chart.getByRole('rowheader', { name: '2' }).waitFor();
    await chart.getByRole('columnheader', { name: 'test tasks' }).waitFor();
  });

  it('speaks once a phase, and not at every step', async () => {
    await run();
    const said: string[] = [];
    await view.page.exposeFunction('heard', (text: string) => said.push(text));
    await view.page.evaluate(
      `new MutationObserver(() => void heard(document.querySelector('[role=status]').textContent))
         .observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true })`,
    );
    for (let done = 1; done <= 20; done++) {
      const programs = { programs: done, tokens: 10 * done, passed: 0, seconds: done * 2 };
      await view.tell({
        kind: 'live',
        event: { event: 'progress', phase: 'evaluate/0/held-out', done, total: 208, ...programs },
      });
    }
    assert.match(
      (await view.page.locator('.live').textContent()) ?? '',
      /^test tasks, before training: 20 of 208 · 0\.5 programs\/s, /,
    );
    assert.deepEqual(said, ['test tasks, before training']);
  });

  it('shows errors of both sides, and what each stage took', async () => {
    await run();
    await view.page.getByRole('table', { name: 'Errors on test tasks' }).waitFor();
    await view.page.getByRole('table', { name: 'Errors on training tasks' }).waitFor();
    await openDetails();
    const row = view.page.getByRole('row', { name: /training tasks, sampled in round 1/ });
    // 300 programs of 4 tokens in 10 s.
    assert.deepEqual((await row.getByRole('cell').allTextContents()).slice(2), ['120']);
  });
});

function record() {
  return { model: 'm', engine: 'e 1', condition: 'good' as const, tier: 'T3', style: chatStyle() };
}

/** A run of two rounds; a third of its tasks regresses, a third is newly fixed, the others always fail. */
function fill(file: string, workspace: string): void {
  const store = new RunStore(file);
  store.createRun(RUN, { ...DEFAULT_RUN, rounds: 2, workspace }, { tier: 'T3' });
  store.saveTasks(
    RUN,
    ids.map((id) => ({ task: bareTask({ id }), side: 'train' as const })),
    [],
  );
  const measured = (round: number, side: Side, samples: Sample[]): void => {
    const about = { round, side, model: 'm', taskIds: ids, seed: 1, ks: [1] };
    store.finishStage(RUN, stages.evaluate(round, side), evaluate(about, samples));
  };
  for (let round = 0; round <= 2; round++) {
    const samples = ids.flatMap((id, index) =>
      [0, 1].map((sample) => {
        const passes = index % 3 === 0 ? round === 0 : index % 3 === 1 && round > 0;
        return sampleOf(id, {
          sample,
          ...(passes ? { verdict: 'passed' as const, errorType: 'passed', feedback: '' } : {}),
        });
      }),
    );
    const stage = round < 2 ? stages.sample(round + 1) : `${stages.evaluate(2, 'train')}/samples`;
    store.saveBatch(RUN, stage, 0, record(), samples, { tokens: 4 * samples.length, seconds: 10 });
    measured(round, 'train', samples);
    measured(round, 'held-out', samples);
  }
  store.setStatus(RUN, 'finished');
  store.close();
}
