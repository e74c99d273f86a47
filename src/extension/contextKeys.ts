import type { RunSummary } from '../protocol/backend.ts';

/** What is known of a workspace folder's runs and models; undefined where nobody has asked yet. */
export interface KnownState {
  runs?: readonly Pick<RunSummary, 'status'>[] | undefined;
  models?: number | undefined;
  promotions?: number | undefined;
  /** A run goes on in this window. */
  live?: boolean | undefined;
  /** What training needs and is not there. */
  needs?: { interpreter: boolean; trainer: boolean } | undefined;
}

/**
 * The context keys with which commands and welcome views say when they apply. Each names what there is known not to be, so
 * that what nobody has asked about yet is offered: asking costs a backend, which activation does not start.
 */
export const KEYS = {
  'leti.noRuns': ({ runs }) => runs?.length === 0,
  'leti.noStoppedRuns': ({ runs }) =>
    runs !== undefined && !runs.some(({ status }) => status === 'interrupted' || status === 'failed'),
  'leti.noModels': ({ models }) => models === 0,
  'leti.noPromotion': ({ promotions }) => promotions === 0,
  // Of other windows' runs only a list that may be old tells; who trains beside one is told so.
  'leti.running': ({ live }) => live === true,
  'leti.noInterpreter': ({ needs }) => needs?.interpreter === false,
  'leti.noTrainer': ({ needs }) => needs?.trainer === false,
} as const satisfies Record<string, (known: KnownState) => boolean>;
export type Key = keyof typeof KEYS;

/** The keys of several folders: what any of them lacks is not offered as lacking while another has it. */
export function keysOf(folders: readonly KnownState[]): Record<Key, boolean> {
  const entries = Object.entries(KEYS).map(([key, holds]) => [
    key,
    folders.length > 0 && folders.every((known) => holds(known)),
  ]);
  return Object.fromEntries(entries) as Record<Key, boolean>;
}

/** Keeps VS Code's context keys as the views last read things; nothing is read for them. */
export class ContextKeys {
  readonly #folders: () => readonly string[];
  readonly #set: (key: Key, holds: boolean) => void;
  readonly #known = new Map<string, KnownState>();
  readonly #current = new Map<string, boolean>();

  /** `folders` gives the paths of the open folders; `set` tells VS Code a key that changed. */
  constructor(folders: () => readonly string[], set: (key: Key, holds: boolean) => void) {
    this.#folders = folders;
    this.#set = set;
  }

  /** Takes over what was read of a folder; undefined where what was known may no longer be so. */
  note(workspace: string, known: KnownState): void {
    this.#known.set(workspace, { ...this.#known.get(workspace), ...known });
    this.update();
  }

  update(): void {
    const keys = keysOf(this.#folders().map((folder) => this.#known.get(folder) ?? {}));
    for (const [key, holds] of Object.entries(keys) as [Key, boolean][]) {
      if ((this.#current.get(key) ?? false) === holds) continue;
      this.#current.set(key, holds);
      this.#set(key, holds);
    }
  }
}
