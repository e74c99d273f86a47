import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { REQUESTS, type Repair } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';
import { withRunProgress } from '../progress.ts';
import { rangeOf, type FunctionPlace } from '../places.ts';
import type { Services } from '../services.ts';
import { testedFunction } from './checkFunction.ts';

export const REPAIR_SCHEME = 'leti-repair';

/** Read-only documents for the right side of the diff editor: a file with its suggested fix. */
export class Repairs implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();

  /** Adds a document with the given text, until `forget`. Its path tells VS Code the language. */
  add(file: vscode.Uri, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: REPAIR_SCHEME, path: file.path, query: randomUUID() });
    this.#texts.set(uri.toString(), text);
    return uri;
  }

  forget(uri: vscode.Uri): void {
    this.#texts.delete(uri.toString());
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }
}

/**
 * "Suggest fix": asks the model for other bodies of the function and shows the first passing one in a diff editor. The
 * file changes only when the user applies the fix.
 */
export async function repair(
  services: Services,
  repairs: Repairs,
  place: FunctionPlace | undefined,
): Promise<void> {
  const { document, line, folder } = await testedFunction(place);
  const { version } = document;
  const about = await services.places.place(folder);
  const settings = services.places.runSettings(folder);
  const found = await withRunProgress('LeTI: Looking for a fix', services.log, async (following) =>
    services.backend.ask(REQUESTS.repair, { ...about, path: document.uri.fsPath, line, settings }, following),
  );
  if (found.edit === undefined) sayNonePassed(found);
  else await offer(repairs, document, version, found, found.edit);
}

function sayNonePassed({ task, tried, feedback }: Repair): void {
  const show = 'Show Feedback';
  void vscode.window
    .showWarningMessage(`LeTI: None of ${tried} programs passes the checks of ${task}.`, show)
    .then((choice) => {
      if (choice === show) void vscode.commands.executeCommand('leti.showFeedback', feedback);
    });
}

async function offer(
  repairs: Repairs,
  document: vscode.TextDocument,
  version: number,
  { task, tried, passed }: Repair,
  edit: NonNullable<Repair['edit']>,
): Promise<void> {
  const name = task.split(':').at(-1) ?? task;
  const repaired = repairs.add(document.uri, edited(document, edit));
  await vscode.commands.executeCommand(
    'vscode.diff',
    document.uri,
    repaired,
    `${name}: current ↔ suggested`,
    {
      preview: true,
    },
  );
  const apply = 'Apply';
  const words = `LeTI: ${passed} of ${tried} programs pass the checks of ${task}. The editor shows the first.`;
  const choice = await vscode.window.showInformationMessage(words, apply, 'Dismiss');
  await closeDiff(repaired);
  repairs.forget(repaired);
  if (choice === apply) await applyRepair(document, version, edit);
}

/** Changes the document and does not save it. Throws a UserError where the document has changed since. */
export async function applyRepair(
  document: vscode.TextDocument,
  version: number,
  edit: NonNullable<Repair['edit']>,
): Promise<void> {
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, rangeOf(edit.range), edit.text);
  if (document.version !== version || !(await vscode.workspace.applyEdit(change))) {
    throw new UserError('The file changed while LeTI looked for a fix.', 'Ask for a fix again.');
  }
  await vscode.window.showTextDocument(document);
}

/** The document's text after an edit of whole lines. */
function edited(document: vscode.TextDocument, { range, text }: NonNullable<Repair['edit']>): string {
  const { start, end } = rangeOf(range);
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), start));
  const after = document.getText(new vscode.Range(end, document.lineAt(document.lineCount - 1).range.end));
  return before + text + after;
}

async function closeDiff(repaired: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const own = tabs.filter(
    ({ input }) =>
      input instanceof vscode.TabInputTextDiff && input.modified.toString() === repaired.toString(),
  );
  await vscode.window.tabGroups.close(own);
}
