import { stageLabel } from '../core/taskHistory.ts';
import { TaskChange, type TaskHistory } from '../protocol/backend.ts';
import { button, element, section } from './dom.ts';

/** Rows that are drawn at once; more come when the table's end is seen. */
const ROWS = 100;

/** What the reader chose to see; kept while the page fills itself again. */
export interface Filter {
  change: TaskChange | undefined;
  words: string;
}

/** The run's tasks, regressions first, with filters by what became of them. */
export function tasksTable(
  histories: readonly TaskHistory[],
  filter: Filter,
  chosen: (task: string) => void,
): HTMLElement {
  const body = element('tbody');
  const end = element('p', { class: 'facts' });
  let rows: readonly TaskHistory[] = [];
  let drawn = 0;
  const more = (): void => {
    body.append(...rows.slice(drawn, drawn + ROWS).map((history) => row(history, chosen)));
    drawn = Math.min(rows.length, drawn + ROWS);
    end.textContent = drawn < rows.length ? `${drawn} of ${rows.length} tasks` : `${rows.length} tasks`;
  };
  const filters = [undefined, ...TaskChange.options].map((change) => {
    const count = histories.filter((history) => change === undefined || history.change === change).length;
    const made = button(`${change ?? 'all'} (${count})`, () => {
      filter.change = change;
      show();
    });
    return { change, made };
  });
  const search = element('input', {
    type: 'search',
    placeholder: 'Name of a task',
    'aria-label': 'Name of a task',
  });
  search.value = filter.words;
  search.addEventListener('input', () => {
    filter.words = search.value;
    show();
  });
  const show = (): void => {
    for (const { change, made } of filters)
      made.setAttribute('aria-pressed', String(change === filter.change));
    rows = histories.filter(
      ({ id, change }) =>
        (filter.change === undefined || change === filter.change) &&
        id.toLowerCase().includes(filter.words.toLowerCase()),
    );
    drawn = 0;
    body.replaceChildren();
    more();
  };
  show();
  new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting) && drawn < rows.length) more();
  }).observe(end);
  return section(
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
