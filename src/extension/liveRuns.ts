import * as vscode from 'vscode';
import { positionLine, RunSteps } from '../core/outcome/runSteps.ts';
import { describeEvent, progressLine } from '../core/text/words.ts';
import type { RunEvent } from '../protocol/run.ts';

/** The runs in progress in this window, each with its last event. */
export class LiveRuns implements vscode.Disposable {
  readonly #events = new Map<string, RunEvent>();
  readonly #workspaces = new Map<string, string>();
  readonly #steps = new Map<string, RunSteps>();
  readonly #cancels = new Map<string, () => void>();
  readonly #cancelling = new Set<string>();
  readonly #changed = new vscode.EventEmitter<{ run: string; event: RunEvent | undefined }>();

  readonly onChanged = this.#changed.event;

  get any(): boolean {
    return this.#events.size > 0;
  }

  /** The last event of a run. Undefined where the run is not in progress in this window. */
  last(run: string): RunEvent | undefined {
    return this.#events.get(run);
  }

  /** The share of a run that is done, 0 to 1. Undefined where it is not known. */
  share(run: string): number | undefined {
    return this.#steps.get(run)?.position()?.share;
  }

  /** What a run does now, in one line. Undefined where the run is not in progress in this window. */
  line(run: string): string | undefined {
    const event = this.#events.get(run);
    if (event === undefined) return undefined;
    if (this.#cancelling.has(run)) return 'Cancelling…';
    const position = this.#steps.get(run)?.position();
    if (position !== undefined) return positionLine(position);
    return event.event === 'progress' ? progressLine(event) : describeEvent(event);
  }

  /** Whether a run of this window can be cancelled. */
  canCancel(run: string): boolean {
    return this.#cancels.has(run) && !this.#cancelling.has(run);
  }

  /** Cancels a run, or all runs of this window. Views say so at once; the work ends soon after. */
  cancel(run?: string): void {
    for (const [id, cancel] of this.#cancels) {
      if (run !== undefined && id !== run) continue;
      this.#cancelling.add(id);
      cancel();
      const event = this.#events.get(id);
      if (event !== undefined) this.#changed.fire({ run: id, event });
    }
  }

  /** The folder of a run of this window, also after its end. */
  workspace(run: string): string | undefined {
    return this.#workspaces.get(run);
  }

  /** Follows the events of a run on a folder. Call `end` at its end. `cancel` stops its work. */
  follow(workspace: string, cancel?: () => void): { event: (event: RunEvent) => void; end: () => void } {
    let run: string | undefined;
    return {
      event: (event) => {
        if (event.event === 'run') {
          run = event.run;
          // The path as the window has it, which may be a symbolic link.
          this.#workspaces.set(run, workspace);
          this.#steps.set(run, new RunSteps());
          if (cancel !== undefined) this.#cancels.set(run, cancel);
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
    if (event === undefined) {
      for (const known of [this.#events, this.#steps, this.#cancels]) known.delete(run);
      this.#cancelling.delete(run);
    } else {
      this.#events.set(run, event);
      this.#steps.get(run)?.hear(event);
    }
    this.#changed.fire({ run, event });
  }
}
