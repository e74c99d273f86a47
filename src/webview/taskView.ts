import { shownProgram } from '../core/text/program.ts';
import { phaseLabel } from '../core/evaluation/taskHistory.ts';
import type { TaskDetail } from '../protocol/backend.ts';
import type { RunConfig } from '../protocol/run.ts';
import { button, element, section } from './dom.ts';
import { send, type ViewState } from './viewState.ts';
import { feedbackText, programListing } from './programListing.ts';

type Stage = TaskDetail['stages'][number];

/**
 * One task of the run: prompt, checks, a slider over the stages, and the programs of a stage with their feedback.
 * `update` keeps the chosen stage and the focus.
 */
export class TaskView {
  readonly element: HTMLElement;
  readonly #memory: ViewState;
  readonly #config: RunConfig;
  readonly #slider = element('input', { type: 'range', min: '0', 'aria-label': 'Stage of the run' });
  readonly #label = element('output');
  readonly #facts = element('p', { class: 'facts' });
  readonly #prompt = element('div');
  readonly #samples = element('div');
  readonly #from = element('select', { 'aria-label': 'Programs on the left' });
  readonly #to = element('select', { 'aria-label': 'Programs on the right' });
  #detail: TaskDetail;
  #shown = '';

  constructor(detail: TaskDetail, config: RunConfig, memory: ViewState) {
    this.#memory = memory;
    this.#config = config;
    this.#detail = detail;
    this.#slider.addEventListener('input', () => {
      const chosen = Number(this.#slider.value);
      // At the end of the slider the view follows new stages.
      const follows = chosen === this.#detail.stages.length - 1;
      memory.change({ stage: follows ? undefined : this.#detail.stages[chosen]?.stage });
      this.#show();
    });
    this.element = section(
      detail.id,
      element('p', { class: 'instruction' }, detail.instruction),
      element(
        'details',
        {},
        element('summary', {}, 'Prompt and checks'),
        this.#prompt,
        element('h3', {}, detail.checks.length === 1 ? 'Check' : 'Checks'),
        element(
          'ul',
          { class: 'checks' },
          ...detail.checks.map((check) => element('li', {}, element('code', {}, check))),
        ),
      ),
      element('div', { class: 'stages' }, this.#slider, this.#label),
      this.#facts,
      element(
        'div',
        { class: 'stages', role: 'group', 'aria-label': 'Compare programs' },
        this.#from,
        this.#to,
        button('Compare side by side', () => {
          send({ kind: 'compare', task: detail.id, from: this.#from.value, to: this.#to.value });
        }),
      ),
      this.#samples,
    );
    this.update(detail);
  }

  update(detail: TaskDetail): void {
    this.#detail = detail;
    const labels = detail.stages.map(({ stage }) => [stage, phaseLabel(stage)] as const);
    fill(this.#from, labels, 0);
    fill(this.#to, labels, labels.length - 1);
    this.#show();
  }

  #show(): void {
    const { stages } = this.#detail;
    const wanted = stages.findIndex(({ stage }) => stage === this.#memory.view.stage);
    const index = wanted === -1 ? stages.length - 1 : wanted;
    const stage = stages[index];
    this.#slider.max = String(Math.max(0, stages.length - 1));
    this.#slider.value = String(index);
    if (stage === undefined) {
      this.#label.textContent = 'No programs yet';
      return;
    }
    const passed = stage.samples.filter(({ verdict }) => verdict === 'passed').length;
    this.#label.textContent = `${phaseLabel(stage.stage)}: ${passed} of ${stage.samples.length} pass`;
    this.#slider.setAttribute('aria-valuetext', this.#label.textContent);
    // A shown stage never changes, because its programs come together.
    if (this.#shown === stage.stage) return;
    this.#shown = stage.stage;
    this.#facts.textContent = stageFacts(stage, this.#config).join(' · ');
    this.#prompt.replaceChildren(promptView(this.#detail, stage));
    this.#samples.replaceChildren(...stage.samples.map((sample) => sampleView(this.#detail, stage, sample)));
  }
}

/** Fills the options of a select and keeps the reader's choice. */
function fill(
  select: HTMLSelectElement,
  labels: readonly (readonly [string, string])[],
  otherwise: number,
): void {
  if (select.options.length === labels.length) return;
  const chosen = select.dataset['chosen'];
  select.onchange = () => {
    select.dataset['chosen'] = select.value;
  };
  select.replaceChildren(...labels.map(([value, label]) => element('option', { value }, label)));
  select.value = chosen ?? labels[otherwise]?.[0] ?? '';
}

/** How the programs of a stage were asked for. The details of the run have the rest. */
function stageFacts({ record }: Stage, { timeoutSeconds }: RunConfig): string[] {
  return [
    ...(record === undefined
      ? []
      : [
          record.condition === 'none'
            ? 'prompt without a verdict'
            : `prompt asks for a ${record.condition} program`,
          `written by ${record.engine}`,
        ]),
    `time limit ${timeoutSeconds} s`,
  ];
}

/** The prompt of the model. Text that is not the task's own looks different. */
function promptView(detail: TaskDetail, { prompt }: Stage): HTMLElement {
  if (prompt === undefined) {
    return element(
      'div',
      {},
      element('p', {}, 'This run did not record its prompts. The program continues this text:'),
      programListing(detail.prefix, 'prefix'),
    );
  }
  return element(
    'pre',
    { class: 'prompt', role: 'group', tabindex: '0', 'aria-label': 'Prompt' },
    ...prompt.map(({ kind, text }) => element('span', { class: kind }, text)),
  );
}

function sampleView(detail: TaskDetail, { stage }: Stage, sample: Stage['samples'][number]): HTMLElement {
  const name = `program ${sample.sample + 1}`;
  const id = `program-${sample.sample}`;
  const passed = sample.verdict === 'passed';
  const open = button('Open', () => {
    send({ kind: 'open', task: detail.id, stage, sample: sample.sample });
  });
  open.setAttribute('aria-label', `Open ${name}`);
  const facts = [
    `verdict ${sample.verdict.replaceAll('_', ' ')}`,
    `${sample.checksPassed} of ${sample.checksTotal} checks`,
    `${sample.tokens} tokens, ended by ${FINISH[sample.finish]}`,
    sample.sealed
      ? 'judged in another process than its checks'
      : 'judged in the process of its checks (verdict could be forged)',
    `ran ${Math.round(sample.durationMs)} ms`,
  ];
  return element(
    'article',
    { class: passed ? 'passed' : 'not-passed', 'aria-label': `Program ${sample.sample + 1}` },
    element('h3', {}, `Program ${sample.sample + 1}: ${passed ? 'passed' : sample.errorType} `, open),
    programListing(shownProgram(detail, sample.completion), id, `Program ${sample.sample + 1}`),
    ...(passed ? [] : [feedbackText(sample.feedback, id, `Feedback on ${name}`)]),
    element('p', { class: 'facts' }, facts.join(' · ')),
  );
}

const FINISH = { end: 'the model', stop: 'the end of the function', length: 'the limit' } as const;
