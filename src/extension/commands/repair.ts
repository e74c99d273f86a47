import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { REQUESTS, type Repair } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';
import { withRunProgress } from '../progress.ts';
import { rangeOf, type FunctionPlace } from '../places.ts';
import type { Services } from '../services.ts';
import { testedFunction } from './checkFunction.ts';

export const REPAIR_SCHEME = 'leti-repair';

/** A suggested fix that waits for its answer. */
interface Offer {
  document: vscode.TextDocument;
  version: number;
  edit: NonNullable<Repair['edit']>;
  text: string;
}

/** Shows results above functions; see VerdictLenses. */
interface Labels {
  show(document: vscode.TextDocument, offset: number, said: { label: string; verdict: 'passed' }): void;
}

/**
 * Suggested fixes, and the read-only documents on the right of their diff editors. The title bar of a diff editor applies its
 * fix or discards it. Who closes the editor discards it too.
 */
export class Repairs implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #offers = new Map<string, Offer>();
  readonly #labels: Labels;
  readonly #closed: vscode.Disposable;

  constructor(labels: Labels) {
    this.#labels = labels;
    this.#closed = vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      for (const { input } of closed)
        if (input instanceof vscode.TabInputTextDiff) this.#offers.delete(input.modified.toString());
    });
  }

  /** Adds a fix. The path of its document tells VS Code the language. */
  add(document: vscode.TextDocument, version: number, edit: Offer['edit']): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: REPAIR_SCHEME, path: document.uri.path, query: randomUUID() });
    this.#offers.set(uri.toString(), { document, version, edit, text: edited(document, edit) });
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#offers.get(uri.toString())?.text ?? '';
  }

  /** Puts a fix into its file and closes its editor. Throws a UserError where the file has changed since. */
  async apply(given: vscode.Uri | undefined): Promise<void> {
    const [uri, offer] = this.#open(given);
    await closeDiff(uri);
    await applyRepair(offer.document, offer.version, offer.edit);
    const offset = offer.document.offsetAt(rangeOf(offer.edit.range).start);
    this.#labels.show(offer.document, offset, { label: 'passes its tests', verdict: 'passed' });
  }

  async discard(given: vscode.Uri | undefined): Promise<void> {
    const [uri] = this.#open(given);
    await closeDiff(uri);
  }

  dispose(): void {
    this.#closed.dispose();
  }

  /** The fix of a document, else that of the active editor. */
  #open(given: vscode.Uri | undefined): [vscode.Uri, Offer] {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const uri = given ?? (input instanceof vscode.TabInputTextDiff ? input.modified : undefined);
    const offer = uri === undefined ? undefined : this.#offers.get(uri.toString());
    if (uri === undefined || offer === undefined) {
      throw new UserError('This suggested fix is no longer open.', 'Ask for a fix again.');
    }
    this.#offers.delete(uri.toString());
    return [uri, offer];
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
  const about = await services.places.placeToWrite(folder);
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
  const repaired = repairs.add(document, version, edit);
  await vscode.commands.executeCommand(
    'vscode.diff',
    document.uri,
    repaired,
    `${name}: current ↔ suggested`,
    { preview: true },
  );
  const words = `LeTI: ${passed} of ${tried} attempts pass the tests of ${name}. Apply the first one or discard it in the title bar of its editor.`;
  vscode.window.setStatusBarMessage(words, 30_000);
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
