import * as vscode from 'vscode';
import type { SuggestionOutcome } from '../../core/completion/acceptance.ts';
import { REQUESTS, type VerifiedText } from '../../protocol/backend.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';
import type { GhostText } from './acceptanceTracker.ts';
import type { VerdictLenses } from './verdictLenses.ts';

/** Time without a key press after which the user counts as idle. */
const IDLE_MS = 1500;

/**
 * Runs the shown completion while the user is idle, where the setting is on. One at a time; the next key cancels it.
 */
export class IdleVerifier implements vscode.Disposable {
  readonly #services: Pick<Services, 'backend' | 'places' | 'log'> & { verdicts: VerdictLenses };
  readonly #disposables: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  #running: vscode.CancellationTokenSource | undefined;
  /** The newest result, for the case that the user accepts its text. */
  #lastVerified: { document: vscode.TextDocument; text: string; verified: VerifiedText } | undefined;

  constructor(services: Pick<Services, 'backend' | 'places' | 'log'> & { verdicts: VerdictLenses }) {
    this.#services = services;
    this.#disposables = [
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document.languageId === 'python' && contentChanges.length > 0) this.#stop();
      }),
      vscode.window.onDidChangeTextEditorSelection(() => {
        this.#stop();
      }),
    ];
  }

  /** Waits until the user is idle, then runs the first text. */
  show({ document, position, texts: [text] }: GhostText): void {
    this.#stop();
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    if (text === undefined || folder === undefined) return;
    if (!this.#services.places.settings(folder.uri)['completion.verifyOnIdle']) return;
    this.#timer = setTimeout(() => {
      const running = new vscode.CancellationTokenSource();
      this.#running = running;
      this.#verify(folder, document, position, text, running).catch((error: unknown) => {
        // A message would interrupt typing. A key that cancelled the check is no error.
        const why = explain(error);
        if (why !== undefined) this.#services.log.warn(why);
      });
    }, IDLE_MS);
  }

  /** Moves the result of an accepted text to its function. */
  accepted({ document, fate }: { document: vscode.TextDocument; fate: SuggestionOutcome }): void {
    const found = this.#lastVerified;
    if (found?.document !== document || found.text !== fate.shown) return;
    this.#services.verdicts.show(document, fate.start, found.verified);
  }

  dispose(): void {
    this.#stop();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running?.cancel();
    this.#running = undefined;
  }

  async #verify(
    folder: vscode.WorkspaceFolder,
    document: vscode.TextDocument,
    position: vscode.Position,
    text: string,
    running: vscode.CancellationTokenSource,
  ): Promise<void> {
    const { backend, places, verdicts } = this.#services;
    const place = await places.place(folder.uri);
    if (this.#running !== running) return;
    const { line, character } = position;
    const asked = { ...place, path: document.uri.fsPath, text: document.getText(), line, character };
    const verified = await backend.ask(REQUESTS.verifyText, { ...asked, completion: text }, running);
    if (this.#running !== running) return;
    this.#lastVerified = { document, text, verified };
    verdicts.show(document, document.offsetAt(position), verified, true);
  }
}
