import * as vscode from 'vscode';

export const REPORT_SCHEME = 'leti-report';

/** Texts that commands show, as read-only documents that nobody asks to save. One per title; a newer text replaces it. */
export class Reports implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;

  async show(title: string, text: string, column?: vscode.ViewColumn): Promise<void> {
    const uri = vscode.Uri.from({ scheme: REPORT_SCHEME, path: `/${title}` });
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true, ...(column && { viewColumn: column }) });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? 'This text is gone. Run the command again.';
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
