import { shownProgram } from '../core/program.ts';
import { stageLabel } from '../core/taskHistory.ts';
import type { TaskDetail } from '../protocol/backend.ts';
import type { FromPage } from '../protocol/runPage.ts';
import { button, element, section } from './dom.ts';
import { feedbackText, programListing } from './program.ts';

/** One task of the run: its checks, a slider over the stages, and each stage's programs with their feedback. */
export function taskView(detail: TaskDetail, seed: number, send: (message: FromPage) => void): HTMLElement {
  const samples = element('div', { 'aria-live': 'polite' });
  const last = Math.max(0, detail.stages.length - 1);
  const slider = element('input', {
    type: 'range',
    min: '0',
    max: String(last),
    value: String(last),
    'aria-label': 'Stage of the run',
  });
  const label = element('output');
  const show = (): void => {
    const stage = detail.stages[Number(slider.value)];
    if (stage === undefined) {
      label.textContent = 'No programs yet';
      return;
    }
    const passed = stage.samples.filter(({ verdict }) => verdict === 'passed').length;
    label.textContent = `${stageLabel(stage.stage)}: ${passed} of ${stage.samples.length} pass`;
    slider.setAttribute('aria-valuetext', label.textContent);
    samples.replaceChildren(...stage.samples.map((sample) => sampleView(detail, stage, sample, seed, send)));
  };
  slider.addEventListener('input', show);
  show();
  return section(
    detail.id,
    element('p', {}, detail.instruction),
    element(
      'details',
      {},
      element('summary', {}, 'Prompt and checks'),
      programListing(detail.prefix, 'prefix'),
      element(
        'ul',
        { class: 'checks' },
        ...detail.checks.map((check) => element('li', {}, element('code', {}, check))),
      ),
    ),
    element('div', { class: 'stages' }, slider, label),
    button('Compare first and last program', () => {
      send({ kind: 'compare', task: detail.id });
    }),
    samples,
  );
}

type Stage = TaskDetail['stages'][number];

function sampleView(
  detail: TaskDetail,
  { stage, record }: Stage,
  sample: Stage['samples'][number],
  seed: number,
  send: (message: FromPage) => void,
): HTMLElement {
  const id = `program-${sample.sample}`;
  const passed = sample.verdict === 'passed';
  const facts = [
    `${sample.checksPassed} of ${sample.checksTotal} checks`,
    `${sample.tokens} tokens, ended by ${sample.finish}`,
    sample.sealed ? 'judged apart from its checks' : 'judged beside its checks',
    ...(record === undefined
      ? []
      : [
          `model ${record.model.slice(0, 8)} (${record.engine})`,
          `asked under ${record.condition}`,
          `tier ${record.tier}`,
        ]),
    `seed ${seed}, program ${sample.sample + 1}`,
    `${Math.round(sample.durationMs)} ms`,
  ];
  return element(
    'article',
    { class: passed ? 'passed' : 'not-passed', 'aria-label': `Program ${sample.sample + 1}` },
    element(
      'h3',
      {},
      `Program ${sample.sample + 1}: ${passed ? 'passed' : sample.errorType} `,
      button('Open', () => {
        send({ kind: 'open', task: detail.id, stage, sample: sample.sample });
      }),
    ),
    programListing(shownProgram(detail, sample.completion), id),
    ...(passed ? [] : [feedbackText(sample.feedback, id)]),
    element('p', { class: 'facts' }, facts.join(' · ')),
  );
}
