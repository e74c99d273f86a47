import * as vscode from 'vscode';
import type { CheckedFunction } from '../../protocol/backend.ts';
import { rangeOf, type FunctionPlace } from '../places.ts';
import type { Reports } from '../reports.ts';

/** Feedback of checked functions in the Problems panel. An edit of a file clears its entries. */
export class FeedbackProblems implements vscode.Disposable, vscode.CodeActionProvider {
  readonly #shown = vscode.languages.createDiagnosticCollection('leti');
  /** By file, then by task, because functions of one file are checked one by one. */
  readonly #byTask = new Map<string, Map<string, vscode.Diagnostic[]>>();
  readonly #disposables: { dispose(): unknown }[];

  constructor() {
    this.#disposables = [
      this.#shown,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && this.#byTask.delete(document.uri.toString())) {
          this.#shown.delete(document.uri);
        }
      }),
      vscode.languages.registerCodeActionsProvider({ language: 'python', scheme: 'file' }, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    ];
  }

  /** Replaces the entries of the task. */
  show(file: vscode.Uri, checked: CheckedFunction): void {
    const tasks = this.#byTask.get(file.toString()) ?? new Map<string, vscode.Diagnostic[]>();
    this.#byTask.set(file.toString(), tasks);
    const folder = vscode.workspace.getWorkspaceFolder(file)?.uri;
    const placeOf = (path: string | undefined): vscode.Uri =>
      path === undefined || folder === undefined ? file : vscode.Uri.joinPath(folder, path);
    tasks.set(
      checked.task,
      checked.diagnostics.map(({ range, message, code, related }) => {
        const diagnostic = new vscode.Diagnostic(rangeOf(range), message, vscode.DiagnosticSeverity.Error);
        diagnostic.source = 'leti';
        diagnostic.code = code;
        diagnostic.relatedInformation = related.map(
          (part) =>
            new vscode.DiagnosticRelatedInformation(
              new vscode.Location(placeOf(part.path), rangeOf(part.range ?? range)),
              part.message,
            ),
        );
        return diagnostic;
      }),
    );
    this.#shown.set(file, [...tasks.values()].flat());
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return context.diagnostics
      .filter(({ source }) => source === 'leti')
      .flatMap((diagnostic) => [
        quickFix('Show feedback', diagnostic, 'leti.showFeedback', diagnostic.message),
        quickFix('Suggest fix', diagnostic, 'leti.repair', {
          uri: document.uri,
          line: diagnostic.range.start.line,
        } satisfies FunctionPlace),
      ]);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

function quickFix(
  title: string,
  diagnostic: vscode.Diagnostic,
  command: string,
  argument: unknown,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.command = { command, title, arguments: [argument] };
  return action;
}

/** Opens the whole feedback as a document. */
export async function showFeedback(reports: Reports, text: string | undefined): Promise<void> {
  if (text === undefined) return;
  await reports.show('LeTI Feedback', `${text}\n`, vscode.ViewColumn.Beside);
}
