import { addressFromAttribute, PageState, PageView, type FromPage } from '../protocol/runPage.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: PageState): void;
};

/** Changes within this time are saved together. */
const PAUSE_MS = 100;

const host = acquireVsCodeApi();

export function send(message: FromPage): void {
  host.postMessage(message);
}

/** The reader's choices. VS Code keeps them while the page is hidden and after a reload of the window. */
export class ViewState {
  readonly #address = addressFromAttribute(document.body.dataset['address'] ?? '');
  readonly view: Readonly<PageView>;
  readonly #view: PageView;
  #waits = false;

  constructor() {
    const known = PageState.safeParse(host.getState());
    this.#view = known.data?.view ?? PageView.parse({});
    this.view = this.#view;
    this.#keep();
  }

  change(parts: Partial<PageView>): void {
    Object.assign(this.#view, parts);
    if (this.#waits) return;
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      this.#keep();
    }, PAUSE_MS);
  }

  #keep(): void {
    host.setState({ ...this.#address, view: this.#view });
  }
}
