import * as vscode from 'vscode';
import type { RunEvent } from '../protocol/run.ts';

/** The runs of this window that are under way, with the last thing that each said. */
export class LiveRuns implements vscode.Disposable {
  readonly #events = new Map<string, RunEvent>();
  readonly #workspaces = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<{ run: string; event: RunEvent | undefined }>();

  readonly onChanged = this.#changed.event;

  get any(): boolean {
    return this.#events.size > 0;
  }

  /** The last event of a run; undefined for one that does not go on in this window. */
  last(run: string): RunEvent | undefined {
    return this.#events.get(run);
  }

  /** The folder of a run that goes on, or did, in this window. */
  workspace(run: string): string | undefined {
    return this.#workspaces.get(run);
  }

  /** Notes the events of one piece of work on a folder; `end` when it is over. */
  follow(workspace: string): { event: (event: RunEvent) => void; end: () => void } {
    let run: string | undefined;
    return {
      event: (event) => {
        if (event.event === 'run') {
          run = event.run;
          // As the window names it, which may be a link.
          this.#workspaces.set(run, workspace);
        }
        if (run !== undefined) this.#note(run, event);
      },
      end: () => {
        if (run !== undefined) this.#note(run, undefined);
      },
    };
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #note(run: string, event: RunEvent | undefined): void {
    if (event === undefined) this.#events.delete(run);
    else this.#events.set(run, event);
    this.#changed.fire({ run, event });
  }
}
