import 'uplot/dist/uPlot.min.css';
import './runPage.css';
import { z } from 'zod';
import { phaseLabel } from '../core/evaluation/taskHistory.ts';
import { cardOf } from '../core/outcome/verdictCard.ts';
import { describeEvent, gateLine, percent, progressFacts, recordedWords } from '../core/text/words.ts';
import type { RunDetail, TaskDetail, TaskHistory } from '../protocol/backend.ts';
import type { Evaluation, RunConfig, RunEvent } from '../protocol/run.ts';
import type { RunUse } from '../protocol/storedModels.ts';
import { ToPage } from '../protocol/runPage.ts';
import { cardView } from './card.ts';
import { chart, type Line } from './charts.ts';
import { button, element, PartCache, section, table } from './dom.ts';
import { ViewState, send } from './viewState.ts';
import { TaskView } from './taskView.ts';
import { tasksTable } from './tasksTable.ts';

// The page's content security policy forbids code from strings.
z.config({ jitless: true });

const memory = new ViewState();
const page = document.getElementById('page') ?? document.body;
const live = element('p', { class: 'live' });
/** Text for screen readers: each phase once, not each step. */
const spoken = element('p', { class: 'spoken', role: 'status' });
const overview = element('div');
const chosen = element('div', { tabindex: '-1' });
const problem = element('p', { class: 'problem', role: 'alert' });
const cache = new PartCache();
const tasks = tasksTable(memory, (task) => {
  memory.change({ task, stage: undefined });
  send({ kind: 'task', task });
});
let config: RunConfig | undefined;
let opened: { task: string; view: TaskView } | undefined;
/** Scroll position of before the page was hidden. Restored once everything is drawn. */
let scrollToRestore: number | undefined = memory.view.scroll;
page.replaceChildren(problem, spoken, overview, chosen);

addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = ToPage.safeParse(data);
  if (!message.success) {
    send({ kind: 'log', message: `unknown message: ${z.prettifyError(message.error)}` });
    return;
  }
  onMessage(message.data);
});
addEventListener('error', ({ message }) => {
  send({ kind: 'log', message });
});
addEventListener('scroll', () => {
  if (scrollToRestore === undefined) memory.change({ scroll: scrollY });
});
send({ kind: 'ready' });

function onMessage(message: ToPage): void {
  page.setAttribute('aria-busy', 'false');
  if (message.kind !== 'live') problem.textContent = '';
  switch (message.kind) {
    case 'run':
      showRun(message.title, message.detail, message.histories, message.use);
      break;
    case 'task':
      showTask(message.detail);
      break;
    case 'live':
      showLive(message.event, message.line);
      break;
    case 'problem':
      problem.textContent = message.message;
      restoreScroll();
      break;
  }
}

function showRun(title: string, detail: RunDetail, histories: readonly TaskHistory[], use: RunUse): void {
  const { summary, report } = detail;
  config = report.config;
  tasks.update(histories);
  const sides = [report.heldOut, report.train];
  const card = cardOf(detail, histories, use);
  const parts = [
    cache.part('head', [title, summary] as const, head),
    ...(card === undefined ? [] : [cache.part('card', card, (now) => cardView(now, tasks.showWorse))]),
    live,
    ...(sides.some(({ length }) => length > 0)
      ? [cache.part('rates', [...sides, report.gates], () => rates(detail))]
      : []),
    tasks.element,
    ...(sides.some(({ length }) => length > 0) ? [cache.part('errors', sides, errors)] : []),
    cache.part('details', [detail.stages, report.trainings, detail.steps, detail.versions], () =>
      details(detail),
    ),
  ];
  // Replace only changed parts, so that focus and scroll position stay.
  parts.forEach((part, index) => {
    const known = overview.children[index];
    if (known === undefined) overview.append(part);
    else if (known !== part) known.replaceWith(part);
  });
  // Ask again for the open task, which may have new programs. After the page was hidden this opens it again.
  const { task } = memory.view;
  if (task !== undefined && histories.some(({ id }) => id === task)) send({ kind: 'task', task });
  else restoreScroll();
}

/** Restores the scroll position once. */
function restoreScroll(): void {
  if (scrollToRestore === undefined) return;
  scrollTo(0, scrollToRestore);
  scrollToRestore = undefined;
}

function head([title, { status, error }]: readonly [string, RunDetail['summary']]): HTMLElement {
  return element(
    'div',
    {},
    element(
      'header',
      {},
      element('h1', {}, title),
      element('p', { class: `status ${status}` }, status),
      button('Copy as JSON', () => {
        send({ kind: 'copy' });
      }),
    ),
    // The status of an interrupted run says enough.
    ...(error === undefined || status !== 'failed' ? [] : [element('p', { class: 'problem' }, error)]),
  );
}

function showTask(detail: TaskDetail): void {
  // A late answer for a task that is no longer chosen.
  if (config === undefined || detail.id !== memory.view.task) return;
  if (opened?.task === detail.id) {
    opened.view.update(detail);
    return;
  }
  opened = { task: detail.id, view: new TaskView(detail, config, memory) };
  chosen.replaceChildren(opened.view.element);
  if (scrollToRestore !== undefined) {
    restoreScroll();
    return;
  }
  chosen.focus();
  chosen.scrollIntoView({ block: 'start' });
}

function showLive(event: RunEvent | null, line: string | undefined): void {
  if (event === null) live.textContent = '';
  else if (line !== undefined) live.textContent = line;
  else if (event.event === 'progress') {
    const facts = progressFacts(event);
    live.textContent = `${phaseLabel(event.phase)}: ${event.done} of ${event.total}${facts === '' ? '' : ` · ${facts}`}`;
  } else live.textContent = describeEvent(event);
  const say =
    event === null ? '' : event.event === 'progress' ? phaseLabel(event.phase) : describeEvent(event);
  if (spoken.textContent !== say) spoken.textContent = say;
}

function rates({ report }: RunDetail): HTMLElement {
  const measured = [report.heldOut, report.train].filter((evaluations) => evaluations.length > 0);
  const rounds = [...new Set(measured.flat().map(({ round }) => round))].sort((a, b) => a - b);
  const lines = measured.map((evaluations): Line => {
    const at = (key: 'value' | 'low' | 'high'): (number | null)[] =>
      rounds.map((round) => evaluations.find((known) => known.round === round)?.passAt['1']?.[key] ?? null);
    return { name: sideName(evaluations), values: at('value'), low: at('low'), high: at('high') };
  });
  return section(
    'Pass rate',
    chart('Attempts that pass by round, with 95 % intervals', 'round', rounds, lines, percent),
    // The card says what the only decision is.
    ...(report.gates.length < 2 ? [] : report.gates.map((gate) => element('p', {}, gateLine(gate)))),
  );
}

/** Errors by round, one table for each side with results. */
function errors(sides: readonly (readonly Evaluation[])[]): HTMLElement {
  const measured = sides.filter((evaluations) => evaluations.length > 0);
  return section('Errors', ...measured.map(errorsOf));
}

function errorsOf(evaluations: readonly Evaluation[]): HTMLElement {
  const types = new Map<string, number>();
  for (const { errorTypes } of evaluations) {
    for (const [type, count] of Object.entries(errorTypes)) types.set(type, (types.get(type) ?? 0) + count);
  }
  types.delete('passed');
  const name = sideName(evaluations);
  if (types.size === 0) return element('p', {}, `No errors on ${name}.`);
  const rows = [...types]
    .sort(([, a], [, b]) => b - a)
    .map(([type]) => [
      type,
      ...evaluations.map((evaluation) => share(evaluation.errorTypes[type] ?? 0, evaluation.samples)),
    ]);
  const header = evaluations.map(({ round }) => (round === 0 ? 'before' : `after round ${round}`));
  return table(`Errors on ${name}`, ['error', ...header], rows);
}

function sideName(evaluations: readonly Evaluation[]): string {
  return evaluations[0]?.side === 'held-out' ? 'test tasks' : 'training tasks';
}

/** A number with a bar of that length. */
function share(count: number, total: number): HTMLElement {
  if (count === 0) return element('span', {}, '0');
  const fraction = count / Math.max(1, total);
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.width = `${Math.round(fraction * 100)}px`;
  return element('span', {}, bar, `${percent(fraction)} (${count})`);
}

/** What only those read who look into the machine: work, training, loss, settings and versions. */
function details(detail: RunDetail): HTMLElement {
  const { report, stages, steps } = detail;
  const inside = element(
    'details',
    { class: 'section' },
    element('summary', {}, element('h2', {}, 'Details')),
    ...(stages.length === 0 ? [] : [work(stages)]),
    ...(report.trainings.length === 0 ? [] : [trainings(report.trainings)]),
    ...(steps.length === 0 ? [] : [loss(steps)]),
    settings(detail),
  );
  return element('div', {}, inside);
}

function settings({ report: { config }, versions }: RunDetail): HTMLElement {
  return table(
    'Settings and versions',
    ['what', 'value'],
    [
      ['model', config.model],
      ['objective', config.objective],
      ['rounds', String(config.rounds)],
      ['attempts per task', `${config.samples} for training, ${config.heldOutSamples} for testing`],
      ['temperature', String(config.temperature)],
      ['seed', String(config.seed)],
      ...(config.endpoint === undefined ? [] : [['programs written by', config.endpoint.url]]),
      ...Object.entries(versions),
    ],
  );
}

/** Programs and tokens per second of each stage. */
function work(stages: RunDetail['stages']): HTMLElement {
  return table(
    'Attempts by stage',
    ['stage', 'attempts', 'passed', 'tokens/s'],
    stages.map(({ stage, samples, passed, effort }) => [
      phaseLabel(stage),
      String(samples),
      String(passed),
      effort === undefined ? '-' : rate(effort.tokens, effort.samplingSeconds),
    ]),
  );
}

function trainings(done: RunDetail['report']['trainings']): HTMLElement {
  return table(
    'Training',
    ['round', 'texts', 'steps', 'tokens/s', 'time', 'method'],
    done.map(({ round, examples, used, steps, tokens, seconds, method }) => [
      String(round),
      used === 0 ? String(examples) : `${examples} (${recordedWords(used)})`,
      String(steps),
      rate(tokens, seconds),
      `${Math.round(seconds)} s`,
      method,
    ]),
  );
}

function rate(count: number, seconds: number): string {
  return seconds > 0 ? (count / seconds).toFixed(count / seconds < 10 ? 1 : 0) : '-';
}

function loss(steps: RunDetail['steps']): HTMLElement {
  return chart(
    'Training loss by step',
    'step',
    steps.map((_, index) => index + 1),
    [{ name: 'loss', values: steps.map((step) => step.loss) }],
    (value) => value.toFixed(2),
  );
}
