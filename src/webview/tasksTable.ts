import { phaseLabel } from '../core/evaluation/taskHistory.ts';
import { TaskChange, type TaskHistory } from '../protocol/backend.ts';
import { button, element } from './dom.ts';
import type { ViewState } from './viewState.ts';

/** Number of rows drawn at once. The next ones follow when the end of the table is visible. */
const ROWS = 100;

/** The run's tasks, regressions first, with filters by change. `update` keeps the reader's choices. */
export function tasksTable(
  memory: ViewState,
  chosen: (task: string) => void,
): {
  element: HTMLElement;
  update: (histories: readonly TaskHistory[]) => void;
  /** Shows only the tasks that got worse. */
  showWorse: () => void;
} {
  let histories: readonly TaskHistory[] = [];
  const body = element('tbody');
  const end = element('p', { class: 'facts' });
  let rows: readonly TaskHistory[] = [];
  let drawn = 0;
  const more = (): void => {
    body.append(...rows.slice(drawn, drawn + ROWS).map((history) => row(history, chosen)));
    drawn = Math.min(rows.length, drawn + ROWS);
    end.textContent = drawn < rows.length ? `${drawn} of ${rows.length} tasks` : `${rows.length} tasks`;
  };
  const filters = [undefined, ...TaskChange.options].map((change) => ({
    change,
    made: button('', () => {
      memory.change({ filter: change });
      show();
    }),
  }));
  const search = element('input', {
    type: 'search',
    placeholder: 'Name of a task',
    'aria-label': 'Name of a task',
  });
  search.value = memory.view.search;
  search.addEventListener('input', () => {
    memory.change({ search: search.value });
    show();
  });
  const show = (): void => {
    const { filter, rows: before } = memory.view;
    for (const { change, made } of filters) {
      const count = histories.filter((history) => change === undefined || history.change === change).length;
      made.textContent = `${change ?? 'all'} (${count})`;
      made.setAttribute('aria-pressed', String(change === filter));
    }
    rows = histories.filter(
      ({ id, change }) =>
        (filter === undefined || change === filter) && id.toLowerCase().includes(search.value.toLowerCase()),
    );
    drawn = 0;
    body.replaceChildren();
    do more();
    while (drawn < Math.min(rows.length, before));
  };
  new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting) || drawn >= rows.length) return;
    more();
    memory.change({ rows: drawn });
  }).observe(end);
  const made = element(
    'section',
    { 'aria-label': 'Tasks' },
    element('div', { class: 'heading' }, element('h2', {}, 'Tasks'), search),
    element(
      'div',
      { class: 'filters', role: 'group', 'aria-label': 'Filter' },
      ...filters.map(({ made }) => made),
    ),
    element(
      'table',
      { class: 'tasks' },
      element('caption', {}, 'Programs that pass, stage by stage'),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...['task', 'side', 'change', 'stages'].map((title) => element('th', { scope: 'col' }, title)),
        ),
      ),
      body,
    ),
    end,
  );
  return {
    element: made,
    update: (newest) => {
      // Equal data is not drawn again, because a row may have the focus.
      if (JSON.stringify(newest) === JSON.stringify(histories) && body.childElementCount > 0) return;
      const focused = body.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
      histories = newest;
      show();
      if (focused === undefined) return;
      [...body.querySelectorAll('button')].find(({ textContent }) => textContent === focused)?.focus();
    },
    showWorse: () => {
      search.value = '';
      memory.change({ filter: 'regressed', search: '' });
      show();
      made.scrollIntoView({ block: 'start' });
      body.querySelector('button')?.focus({ preventScroll: true });
    },
  };
}

function row({ id, side, change, points }: TaskHistory, chosen: (task: string) => void): HTMLElement {
  const open = button(id, () => {
    chosen(id);
  });
  open.classList.add('link');
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, open),
    element('td', {}, side === 'held-out' ? 'test' : 'training'),
    element('td', { class: (change ?? '').replace(' ', '-') }, change ?? '-'),
    element(
      'td',
      {},
      ...points.map(({ stage, samples, passed }) =>
        element('span', { class: 'point', title: phaseLabel(stage) }, `${passed}/${samples}`),
      ),
    ),
  );
}
