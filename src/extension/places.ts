import * as vscode from 'vscode';
import type { TextRange } from '../protocol/diagnostics.ts';
import { DEFAULT_RUN } from '../core/defaults.ts';
import type { Place } from '../protocol/backend.ts';
import { UserError } from '../protocol/errors.ts';
import { readSettings, type Settings } from './config.ts';
import type { Interpreters } from './python/interpreter.ts';

/** What a run takes from the settings and from the defaults. */
export type RunSettings = Pick<Settings, Exclude<keyof typeof DEFAULT_RUN & keyof Settings, 'endpoint'>> &
  Pick<typeof DEFAULT_RUN, 'heldOutSamples' | 'looks' | 'measureTrain' | 'seed'>;

/** The workspace's folders with their settings and interpreters. */
export class Places {
  readonly #interpreters: Interpreters;
  readonly #log: vscode.LogOutputChannel;
  readonly #warned = new Set<string>();

  constructor(interpreters: Interpreters, log: vscode.LogOutputChannel) {
    this.#interpreters = interpreters;
    this.#log = log;
  }

  /** Folders on disk. Virtual file systems have no interpreter. */
  folders(): vscode.WorkspaceFolder[] {
    return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  }

  settings(folder: vscode.Uri): Settings {
    return readSettings(folder, (message) => {
      this.#log.warn(message);
      if (this.#warned.has(message)) return;
      this.#warned.add(message);
      void vscode.window.showWarningMessage(message);
    });
  }

  /** The settings of a folder for a run. Held-out samples and seed have no setting: the defaults apply. */
  runSettings(folder: vscode.Uri): RunSettings {
    const set = this.settings(folder);
    return {
      model: set.model,
      objective: set.objective,
      rounds: set.rounds,
      samples: set.samples,
      heldOutSamples: DEFAULT_RUN.heldOutSamples,
      looks: DEFAULT_RUN.looks,
      measureTrain: DEFAULT_RUN.measureTrain,
      device: set.device,
      seed: DEFAULT_RUN.seed,
      sealedOnly: set.sealedOnly,
      runTests: set.runTests,
      historyCommits: set.historyCommits,
    };
  }

  /**
   * The parts of a request that describe a folder. `interpreter: false` leaves the interpreter out, for requests that
   * only read.
   */
  async place(folder: vscode.Uri, options: { interpreter: boolean } = { interpreter: true }): Promise<Place> {
    const { python, allowUncontained } = this.settings(folder);
    const interpreter = options.interpreter ? await this.#interpreters.of(folder, python) : undefined;
    return {
      workspace: folder.fsPath,
      allowUncontained,
      ...(interpreter === undefined ? {} : { interpreter }),
    };
  }

  /** The parts of a request whose programs the user's server writes, where the user named one. */
  async placeToWrite(folder: vscode.Uri): Promise<Place> {
    const { endpoint } = this.settings(folder);
    return { ...(await this.place(folder)), ...(endpoint === undefined ? {} : { endpoint }) };
  }

  /** The interpreter of a folder, if it is known within seconds: typing does not wait for another extension. */
  async interpreterSoon(folder: vscode.Uri): Promise<string | undefined> {
    return await this.#interpreters.soon(folder, this.settings(folder).python);
  }

  /** The only folder, the folder of the active editor, or the user's choice. */
  async chooseFolder(): Promise<vscode.Uri> {
    const folders = this.folders();
    const [first] = folders;
    if (first === undefined)
      throw new UserError('No folder is open.', 'Open the folder of a Python project.');
    if (folders.length === 1) return first.uri;
    const active = vscode.window.activeTextEditor?.document.uri;
    const own = active === undefined ? undefined : vscode.workspace.getWorkspaceFolder(active);
    if (own?.uri.scheme === 'file') return own.uri;
    const picked = await vscode.window.showWorkspaceFolderPick({ placeHolder: 'Select a workspace folder' });
    if (picked === undefined) throw new vscode.CancellationError();
    return picked.uri;
  }
}

/** A function by its file and a line (zero-based). */
export interface FunctionPlace {
  uri: vscode.Uri;
  line: number;
}

/** Converts a range of the protocol to VS Code's type. */
export function rangeOf({ start, end }: TextRange): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
