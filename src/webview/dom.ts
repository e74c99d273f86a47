/** Children of an element. A string becomes a text node, never markup. */
type Child = Node | string;

/** Makes an element with attributes and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(label: string, pressed: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, label);
  made.addEventListener('click', pressed);
  return made;
}

/** A table with a caption for screen readers. */
export function table(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly Child[])[],
): HTMLTableElement {
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, ...header.map((title) => element('th', { scope: 'col' }, title)))),
    element(
      'tbody',
      {},
      ...rows.map((cells) =>
        element(
          'tr',
          {},
          ...cells.map((cell, column) =>
            column === 0 ? element('th', { scope: 'row' }, cell) : element('td', {}, cell),
          ),
        ),
      ),
    ),
  );
}

export function section(title: string, ...children: Child[]): HTMLElement {
  return element('section', { 'aria-label': title }, element('h2', {}, title), ...children);
}

/** Keeps the parts of a page while their data stay the same, so that a live page does not jump. */
export class PartCache {
  readonly #parts = new Map<string, { data: string; made: HTMLElement }>();

  part<Data>(name: string, data: Data, make: (data: Data) => HTMLElement): HTMLElement {
    const known = this.#parts.get(name);
    const text = JSON.stringify(data);
    if (known?.data === text) return known.made;
    const made = make(data);
    // Keep open what the reader has opened.
    const open = [...(known?.made.querySelectorAll('details') ?? [])].map((details) => details.open);
    made.querySelectorAll('details').forEach((details, index) => {
      details.open = open[index] ?? false;
    });
    this.#parts.set(name, { data: text, made });
    return made;
  }
}
