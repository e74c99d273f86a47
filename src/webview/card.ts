import { ACTION_LABELS, type CardAction, type VerdictCard } from '../core/outcome/verdictCard.ts';
import { button, element } from './dom.ts';
import { send } from './viewState.ts';

/** A sign that says the answer without colour. */
const SIGNS: Record<VerdictCard['answer'], string> = {
  better: '✓',
  'not better': '✗',
  'cannot tell': '?',
  none: '–',
};

/** The answer of a run, with what a person can do about it. `showWorse` shows the tasks that got worse. */
export function cardView(
  { answer, title, facts, inUse, actions }: VerdictCard,
  showWorse: () => void,
): HTMLElement {
  return element(
    'section',
    { class: `card ${answer.replace(' ', '-')}`, 'aria-label': 'Result' },
    element('h2', {}, element('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[answer]), title),
    ...facts.map((fact) => element('p', {}, fact)),
    element('p', { class: 'in-use' }, inUse),
    element(
      'div',
      { class: 'filters', role: 'group', 'aria-label': 'What to do' },
      ...actions.map((action) => actionButton(action, showWorse)),
    ),
  );
}

function actionButton(action: CardAction, showWorse: () => void): HTMLButtonElement {
  return button(ACTION_LABELS[action], () => {
    if (action === 'worse') showWorse();
    else send({ kind: 'act', action });
  });
}
