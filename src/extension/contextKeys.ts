import * as vscode from 'vscode';
import { keysOf, type Key, type KnownState } from './contextKeyRules.ts';

/** Keeps VS Code's context keys as the views last read things; nothing is read for them. */
export class ContextKeys {
  readonly #folders: () => readonly string[];
  readonly #known = new Map<string, KnownState>();
  readonly #told = new Map<string, boolean>();

  constructor(folders: () => readonly string[]) {
    this.#folders = folders;
  }

  /** Takes over what was read of a folder; undefined where what was known may no longer be so. */
  note(workspace: string, known: KnownState): void {
    this.#known.set(workspace, { ...this.#known.get(workspace), ...known });
    this.update();
  }

  update(): void {
    const keys = keysOf(this.#folders().map((folder) => this.#known.get(folder) ?? {}));
    for (const [key, holds] of Object.entries(keys) as [Key, boolean][]) {
      if ((this.#told.get(key) ?? false) === holds) continue;
      this.#told.set(key, holds);
      void vscode.commands.executeCommand('setContext', key, holds);
    }
  }
}
