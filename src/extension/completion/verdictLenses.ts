import * as vscode from 'vscode';
import { labelAt, labelsAfterChange, type VerdictLabel } from '../../core/completion/verdictLabels.ts';
import type { VerifiedText } from '../../protocol/backend.ts';
import type { FunctionPlace } from '../places.ts';

/** Shows the result of running a completion above its function, until an edit of the function. */
export class VerdictLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #labels = new Map<string, VerdictLabel[]>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: { dispose(): unknown }[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor() {
    this.#disposables = [
      this.#changed,
      vscode.languages.registerCodeLensProvider({ language: 'python', scheme: 'file' }, this),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const labels = this.#labels.get(document.uri.toString());
        if (labels === undefined || contentChanges.length === 0) return;
        const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
          offset: rangeOffset,
          removed: rangeLength,
          text,
        }));
        this.#set(document, changes.reduce(labelsAfterChange, labels));
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#set(document, []);
      }),
    ];
  }

  /** The newest valid label, for the status item. */
  get words(): string | undefined {
    return [...this.#labels.values()].at(-1)?.at(-1)?.words;
  }

  /** Shows a result above the function at an offset. `shown`: the text is a suggestion and not in the file yet. */
  show(document: vscode.TextDocument, offset: number, { label, verdict }: VerifiedText, shown = false): void {
    const words = shown ? `suggestion: ${label}` : label;
    const failed = verdict !== undefined && verdict !== 'passed';
    const found = labelAt(document.getText(), offset, { words, failed });
    if (found === undefined) return;
    const others = (this.#labels.get(document.uri.toString()) ?? []).filter(
      ({ start }) => start !== found.start,
    );
    this.#set(document, [...others, found]);
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    return (this.#labels.get(document.uri.toString()) ?? []).map(({ start, words, failed }) => {
      const at = document.positionAt(start);
      const place: FunctionPlace = { uri: document.uri, line: at.line };
      return new vscode.CodeLens(
        new vscode.Range(at, at),
        // A lens without a command cannot be clicked.
        failed
          ? { title: words, tooltip: 'Check the function', command: 'leti.check', arguments: [place] }
          : { title: words, command: '' },
      );
    });
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #set(document: vscode.TextDocument, labels: VerdictLabel[]): void {
    const key = document.uri.toString();
    const had = this.#labels.delete(key);
    if (labels.length > 0) this.#labels.set(key, labels);
    if (had || labels.length > 0) this.#changed.fire();
  }
}
