import type { RunSummary } from '../protocol/backend.ts';

/** Known facts about a folder's runs and models; undefined where nothing has read them yet. */
export interface KnownState {
  runs?: readonly Pick<RunSummary, 'status'>[] | undefined;
  models?: number | undefined;
  promotions?: number | undefined;
  /** A run is in progress in this window. */
  live?: boolean | undefined;
  /** Whether the interpreter and the trainer of the folder are there. */
  needs?: { interpreter: boolean; trainer: boolean } | undefined;
}

/**
 * The context keys of commands and welcome views. Each is true only where something is known to be missing. Reading the
 * facts would start the server, which activation must not do.
 */
export const KEYS = {
  'leti.noRuns': ({ runs }) => runs?.length === 0,
  'leti.noStoppedRuns': ({ runs }) =>
    runs !== undefined && !runs.some(({ status }) => status === 'interrupted' || status === 'failed'),
  'leti.noModels': ({ models }) => models === 0,
  'leti.noPromotion': ({ promotions }) => promotions === 0,
  // The list of runs of another window may be old. A second training there ends with an error message.
  'leti.running': ({ live }) => live === true,
  'leti.noInterpreter': ({ needs }) => needs?.interpreter === false,
  'leti.noTrainer': ({ needs }) => needs?.trainer === false,
} as const satisfies Record<string, (known: KnownState) => boolean>;
export type Key = keyof typeof KEYS;

/** The keys for several folders: a key is true where it is true for each folder. */
export function keysOf(folders: readonly KnownState[]): Record<Key, boolean> {
  const entries = Object.entries(KEYS).map(([key, holds]) => [
    key,
    folders.length > 0 && folders.every((known) => holds(known)),
  ]);
  return Object.fromEntries(entries) as Record<Key, boolean>;
}

/** Sets VS Code's context keys from facts that the views have read. It reads nothing itself. */
export class ContextKeys {
  readonly #folders: () => readonly string[];
  readonly #set: (key: Key, holds: boolean) => void;
  readonly #known = new Map<string, KnownState>();
  readonly #current = new Map<string, boolean>();

  /** `folders` returns the paths of the open folders; `set` passes a changed key to VS Code. */
  constructor(folders: () => readonly string[], set: (key: Key, holds: boolean) => void) {
    this.#folders = folders;
    this.#set = set;
  }

  /** Takes new facts about a folder. Undefined marks a fact as unknown again. */
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
