import { stageLabel } from '../core/taskHistory.ts';
import { TaskChange, type TaskHistory } from '../protocol/backend.ts';
import { button, element, section } from './dom.ts';

/** Rows that are drawn at once; more come when the table's end is seen. */
const ROWS = 100;

/** The run's tasks, regressions first, with filters by what became of them. `update` keeps what the reader chose. */
export function tasksTable(chosen: (task: string) => void): {
  element: HTMLElement;
  update: (histories: readonly TaskHistory[]) => void;
} {
  let histories: readonly TaskHistory[] = [];
  let wanted: TaskChange | undefined;
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
      wanted = change;
      show();
    }),
  }));
  const search = element('input', {
    type: 'search',
    placeholder: 'Name of a task',
    'aria-label': 'Name of a task',
  });
  search.addEventListener('input', () => {
    show();
  });
  const show = (): void => {
    for (const { change, made } of filters) {
      const count = histories.filter((history) => change === undefined || history.change === change).length;
      made.textContent = `${change ?? 'all'} (${count})`;
      made.setAttribute('aria-pressed', String(change === wanted));
    }
    rows = histories.filter(
      ({ id, change }) =>
        (wanted === undefined || change === wanted) && id.toLowerCase().includes(search.value.toLowerCase()),
    );
    const before = Math.max(ROWS, drawn);
    drawn = 0;
    body.replaceChildren();
    while (drawn < Math.min(rows.length, before)) more();
    if (rows.length === 0) more();
  };
  new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting) && drawn < rows.length) more();
  }).observe(end);
  const made = section(
    'Tasks',
    element(
      'div',
      { class: 'filters', role: 'group', 'aria-label': 'Filter' },
      ...filters.map(({ made }) => made),
      search,
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
      histories = newest;
      show();
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
    element('td', {}, side),
    element('td', { class: (change ?? '').replace(' ', '-') }, change ?? '-'),
    element(
      'td',
      {},
      ...points.map(({ stage, samples, passed }) =>
        element('span', { class: 'point', title: stageLabel(stage) }, `${passed}/${samples}`),
      ),
    ),
  );
}
