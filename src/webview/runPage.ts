import 'uplot/dist/uPlot.min.css';
import './runPage.css';
import { describeEvent, gateLine, percent, progressFacts, rateText } from '../core/words.ts';
import { stageLabel } from '../core/taskHistory.ts';
import type { RunDetail, TaskDetail, TaskHistory } from '../protocol/backend.ts';
import type { Evaluation, RunEvent } from '../protocol/run.ts';
import { z } from 'zod';
import { ToPage, type FromPage } from '../protocol/runPage.ts';
import { chart, legend, type Line } from './charts.ts';
import { button, element, Kept, section, table } from './dom.ts';
import { taskView } from './taskView.ts';
import { tasksTable } from './tasksTable.ts';

// The page's policy forbids code made from text.
z.config({ jitless: true });

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void; setState(state: unknown): void };

const host = acquireVsCodeApi();
const send = (message: FromPage): void => {
  host.postMessage(message);
};
/** What the window gives back to the extension after a reload. */
host.setState(JSON.parse(atob(document.body.dataset['state'] ?? '')));

const page = document.getElementById('page') ?? document.body;
const live = element('p', { class: 'live', role: 'status' });
const overview = element('div');
const chosen = element('div', { tabindex: '-1' });
const problem = element('p', { class: 'problem', role: 'alert' });
const kept = new Kept();
let seed = 0;
let shownTask: string | undefined;
const tasks = tasksTable((task) => {
  shownTask = task;
  send({ kind: 'task', task });
});
page.replaceChildren(problem, overview, chosen);

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = ToPage.parse(data);
  page.setAttribute('aria-busy', 'false');
  if (message.kind !== 'live') problem.textContent = '';
  switch (message.kind) {
    case 'run':
      showRun(message.detail, message.histories);
      break;
    case 'task':
      showTask(message.detail);
      break;
    case 'live':
      showLive(message.event);
      break;
    case 'problem':
      problem.textContent = message.message;
      break;
  }
});
send({ kind: 'ready' });

function showRun(detail: RunDetail, histories: readonly TaskHistory[]): void {
  const { summary, report } = detail;
  seed = report.config.seed;
  tasks.update(histories);
  const parts = [
    kept.part('head', summary, head),
    live,
    kept.part('settings', detail.versions, () => settings(detail)),
    kept.part('rates', [report.heldOut, report.train, report.gates], () => rates(detail)),
    kept.part('errors', report.heldOut.length > 0 ? report.heldOut : report.train, errors),
    kept.part('work', [detail.stages, detail.steps, report.trainings], () => training(detail)),
    tasks.element,
  ];
  // Only what changed is put in, so that nothing loses its focus or its place.
  parts.forEach((part, index) => {
    const known = overview.children[index];
    if (known === undefined) overview.append(part);
    else if (known !== part) known.replaceWith(part);
  });
}

function head({ startedAt, status, error }: RunDetail['summary']): HTMLElement {
  return element(
    'div',
    {},
    element(
      'header',
      {},
      element('h1', {}, `Run of ${new Date(startedAt).toLocaleString()}`),
      element('p', { class: `status ${status}` }, status),
      button('Copy as JSON', () => {
        send({ kind: 'copy' });
      }),
    ),
    // Of an interrupted run the status says all.
    ...(error === undefined || status !== 'failed' ? [] : [element('p', { class: 'problem' }, error)]),
  );
}

function showTask(detail: TaskDetail): void {
  chosen.replaceChildren(taskView(detail, seed, send));
  if (detail.id === shownTask) chosen.focus();
  chosen.scrollIntoView({ block: 'start' });
}

function showLive(event: RunEvent | null): void {
  if (event === null) live.textContent = '';
  else if (event.event === 'progress')
    live.textContent = `${event.phase}: ${event.done} of ${event.total} ${progressFacts(event)}`;
  else live.textContent = describeEvent(event);
}

function settings({ report: { config }, versions }: RunDetail): HTMLElement {
  const facts: [string, string][] = [
    ['model', config.model],
    ['objective', config.objective],
    ['rounds', String(config.rounds)],
    ['programs a task', `${config.samples} to train on, ${config.heldOutSamples} held out`],
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
      `${config.objective} on ${config.model}, seed ${config.seed}, tier ${versions['tier'] ?? 'unknown'}`,
    ),
    table('Settings and versions', ['what', 'value'], facts),
  );
}

function rates({ report }: RunDetail): HTMLElement {
  const sides: [string, Evaluation[]][] = [
    ['held-out', report.heldOut],
    ['train', report.train],
  ];
  const measured = sides.filter(([, evaluations]) => evaluations.length > 0);
  const rounds = [
    ...new Set(measured.flatMap(([, evaluations]) => evaluations.map(({ round }) => round))),
  ].sort((a, b) => a - b);
  if (rounds.length === 0) return section('Pass rate', element('p', {}, 'Nothing is measured yet.'));
  const lines = measured.map(([name, evaluations]): Line => {
    const at = (key: 'value' | 'low' | 'high'): (number | null)[] =>
      rounds.map((round) => evaluations.find((known) => known.round === round)?.passAt['1']?.[key] ?? null);
    return { name, values: at('value'), low: at('low'), high: at('high') };
  });
  const last = measured[0]?.[1].at(-1);
  return section(
    'Pass rate',
    ...(last === undefined ? [] : [element('p', {}, `${last.side} tasks now: ${rateText(last)}`)]),
    legend(lines.map(({ name }) => name)),
    chart('Programs that pass by round, with 95 % intervals', 'round', rounds, lines, percent),
    ...report.gates.map((gate) => element('p', {}, gateLine(gate))),
  );
}

function errors(evaluations: readonly Evaluation[]): HTMLElement {
  const types = new Map<string, number>();
  for (const { errorTypes } of evaluations) {
    for (const [type, count] of Object.entries(errorTypes)) types.set(type, (types.get(type) ?? 0) + count);
  }
  types.delete('passed');
  const rows = [...types]
    .sort(([, a], [, b]) => b - a)
    .map(([type]) => [
      type,
      ...evaluations.map((evaluation) => share(evaluation.errorTypes[type] ?? 0, evaluation.samples)),
    ]);
  if (rows.length === 0) return section('Errors', element('p', {}, 'None yet.'));
  const header = evaluations.map(({ round }) => (round === 0 ? 'before' : `after round ${round}`));
  return section(
    'Errors',
    table(`Errors on ${evaluations[0]?.side ?? ''} tasks`, ['error', ...header], rows),
  );
}

/** A number with a bar that has its length. */
function share(count: number, total: number): HTMLElement {
  const fraction = count / Math.max(1, total);
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.width = `${Math.round(fraction * 100)}px`;
  return element('span', {}, bar, `${percent(fraction)} (${count})`);
}

function training({ report, steps, stages }: RunDetail): HTMLElement {
  const rows = stages.map(({ stage, samples, passed }) => [
    `${stage.includes('held-out') ? 'held-out' : 'train'}, ${stageLabel(stage)}`,
    String(samples),
    String(passed),
  ]);
  const trained = report.trainings.map(({ round, examples, steps: count, tokens, seconds, method }) => [
    `round ${round}`,
    String(examples),
    String(count),
    seconds === 0 ? '-' : `${Math.round(tokens / seconds)}`,
    `${Math.round(seconds)} s`,
    method,
  ]);
  const losses: Line = { name: 'loss', values: steps.map(({ loss }) => loss) };
  return section(
    'Work',
    table('Programs by stage', ['stage', 'programs', 'passed'], rows),
    ...(trained.length === 0
      ? []
      : [table('Training', ['round', 'texts', 'steps', 'tokens/s', 'time', 'method'], trained)]),
    ...(steps.length === 0
      ? []
      : [
          chart(
            'Training loss by step',
            'step',
            steps.map((_, index) => index + 1),
            [losses],
            (value) => value.toFixed(2),
          ),
        ]),
  );
}
