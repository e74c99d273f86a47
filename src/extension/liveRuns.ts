import * as vscode from 'vscode';
import type { RunEvent } from '../protocol/run.ts';

/** The runs in progress in this window, each with its last event. */
export class LiveRuns implements vscode.Disposable {
  readonly #events = new Map<string, RunEvent>();
  readonly #workspaces = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<{ run: string; event: RunEvent | undefined }>();

  readonly onChanged = this.#changed.event;

  get any(): boolean {
    return this.#events.size > 0;
  }

  /** The last event of a run. Undefined where the run is not in progress in this window. */
  last(run: string): RunEvent | undefined {
    return this.#events.get(run);
  }

  /** The folder of a run of this window, also after its end. */
  workspace(run: string): string | undefined {
    return this.#workspaces.get(run);
  }

  /** Follows the events of a run on a folder. Call `end` at its end. */
  follow(workspace: string): { event: (event: RunEvent) => void; end: () => void } {
    let run: string | undefined;
    return {
      event: (event) => {
        if (event.event === 'run') {
          run = event.run;
          // The path as the window has it, which may be a symbolic link.
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
