import 'uplot/dist/uPlot.min.css';
import './runPage.css';
import { z } from 'zod';
import { phaseLabel } from '../core/evaluation/taskHistory.ts';
import {
  describeEvent,
  gateLine,
  modelWords,
  percent,
  progressFacts,
  rateText,
  recordedWords,
} from '../core/text/words.ts';
import type { RunDetail, TaskDetail, TaskHistory } from '../protocol/backend.ts';
import type { Evaluation, RunConfig, RunEvent } from '../protocol/run.ts';
import { ToPage } from '../protocol/runPage.ts';
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
      showRun(message.title, message.detail, message.histories);
      break;
    case 'task':
      showTask(message.detail);
      break;
    case 'live':
      showLive(message.event);
      break;
    case 'problem':
      problem.textContent = message.message;
      restoreScroll();
      break;
  }
}

function showRun(title: string, detail: RunDetail, histories: readonly TaskHistory[]): void {
  const { summary, report } = detail;
  config = report.config;
  tasks.update(histories);
  const sides = [report.heldOut, report.train];
  const parts = [
    cache.part('head', [title, summary] as const, head),
    live,
    cache.part('settings', detail.versions, () => settings(detail)),
    cache.part('rates', [...sides, report.gates], () => rates(detail)),
    cache.part('errors', sides, errors),
    cache.part('work', [detail.stages, report.trainings], () => work(detail)),
    cache.part('loss', detail.steps, loss),
    tasks.element,
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

function showLive(event: RunEvent | null): void {
  if (event === null) live.textContent = '';
  else if (event.event === 'progress') {
    const facts = progressFacts(event);
    live.textContent = `${phaseLabel(event.phase)}: ${event.done} of ${event.total}${facts === '' ? '' : ` · ${facts}`}`;
  } else live.textContent = describeEvent(event);
  const say =
    event === null ? '' : event.event === 'progress' ? phaseLabel(event.phase) : describeEvent(event);
  if (spoken.textContent !== say) spoken.textContent = say;
}

function settings({ report: { config }, versions }: RunDetail): HTMLElement {
  const facts: [string, string][] = [
    ['model', config.model],
    ['objective', config.objective],
    ['rounds', String(config.rounds)],
    ['programs per task', `${config.samples} for training, ${config.heldOutSamples} held out`],
    ['temperature', String(config.temperature)],
    ['seed', String(config.seed)],
    ...Object.entries(versions),
  ];
  return element(
    'details',
    {},
    element(
      'summary',
      {},
      `${config.objective} on ${modelWords(config.model)}, seed ${config.seed}, sandbox tier ${versions['tier'] ?? 'unknown'}`,
    ),
    table('Settings and versions', ['what', 'value'], facts),
  );
}

function rates({ report }: RunDetail): HTMLElement {
  const measured = [report.heldOut, report.train].filter((evaluations) => evaluations.length > 0);
  const rounds = [...new Set(measured.flat().map(({ round }) => round))].sort((a, b) => a - b);
  if (rounds.length === 0) return section('Pass rate', element('p', {}, 'No results yet.'));
  const lines = measured.map((evaluations): Line => {
    const at = (key: 'value' | 'low' | 'high'): (number | null)[] =>
      rounds.map((round) => evaluations.find((known) => known.round === round)?.passAt['1']?.[key] ?? null);
    return { name: sideName(evaluations), values: at('value'), low: at('low'), high: at('high') };
  });
  const last = measured[0]?.at(-1);
  return section(
    'Pass rate',
    ...(last === undefined ? [] : [element('p', {}, `${last.side} tasks now: ${rateText(last)}`)]),
    chart('Programs that pass by round, with 95 % intervals', 'round', rounds, lines, percent),
    ...report.gates.map((gate) => element('p', {}, gateLine(gate))),
  );
}

/** Errors by round, one table for each side with results. */
function errors(sides: readonly (readonly Evaluation[])[]): HTMLElement {
  const measured = sides.filter((evaluations) => evaluations.length > 0);
  if (measured.length === 0) return section('Errors', element('p', {}, 'No results yet.'));
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
  return evaluations[0]?.side === 'held-out' ? 'held-out tasks' : 'training tasks';
}

/** A number with a bar of that length. */
function share(count: number, total: number): HTMLElement {
  const fraction = count / Math.max(1, total);
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.width = `${Math.round(fraction * 100)}px`;
  return element('span', {}, bar, `${percent(fraction)} (${count})`);
}

/** Programs, time and throughput of each stage, and the trainings. */
function work({ report, stages }: RunDetail): HTMLElement {
  const rate = (count: number, seconds: number): string =>
    seconds > 0 ? (count / seconds).toFixed(count / seconds < 10 ? 1 : 0) : '-';
  const rows = stages.map(({ stage, samples, passed, effort }) => [
    phaseLabel(stage),
    String(samples),
    String(passed),
    ...(effort === undefined
      ? ['-', '-', '-']
      : [
          rate(samples, effort.samplingSeconds),
          rate(effort.tokens, effort.samplingSeconds),
          rate(samples, effort.executionSeconds),
        ]),
  ]);
  const timed = [...report.heldOut, ...report.train].flatMap(({ side, round, timing }) => {
    if (timing === undefined) return [];
    const { run, queue } = timing;
    const name = `${side}, ${round === 0 ? 'before' : `after round ${round}`}`;
    return [[name, ...[run.p50, run.p99, queue.p50, queue.p99].map((time) => time.toFixed(0))]];
  });
  const trained = report.trainings.map(({ round, examples, used, steps: count, tokens, seconds, method }) => [
    `round ${round}`,
    used === 0 ? String(examples) : `${examples} (${recordedWords(used)})`,
    String(count),
    rate(tokens, seconds),
    `${Math.round(seconds)} s`,
    method,
  ]);
  return section(
    'Work',
    table(
      'Programs by stage, with rates per second',
      ['stage', 'programs', 'passed', 'written/s', 'tokens/s', 'run/s'],
      rows,
    ),
    ...(timed.length === 0
      ? []
      : [
          table(
            'Run and queue time (ms)',
            ['tasks', 'run, median', 'run, 99 %', 'queue, median', 'queue, 99 %'],
            timed,
          ),
        ]),
    ...(trained.length === 0
      ? []
      : [table('Training', ['round', 'texts', 'steps', 'tokens/s', 'time', 'method'], trained)]),
  );
}

function loss(steps: RunDetail['steps']): HTMLElement {
  if (steps.length === 0) return element('div');
  return chart(
    'Training loss by step',
    'step',
    steps.map((_, index) => index + 1),
    [{ name: 'loss', values: steps.map((step) => step.loss) }],
    (value) => value.toFixed(2),
  );
}
