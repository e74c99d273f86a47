import * as vscode from 'vscode';
import { recordedText, WHAT_IS_RECORDED } from '../../core/completion/recordedText.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { RecordedCompletion } from '../../protocol/recordedCompletion.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';

export const RECORDED_SCHEME = 'leti-recorded';
/** Key of the memory that the user was asked. */
const ASKED = 'leti.askedToLearnFromUse';

/**
 * Records the outcome of a completion where the user agreed. Asks a new user once, after the first accepted completion.
 */
export async function recordIfAgreed(
  { backend, places, context, log }: Pick<Services, 'backend' | 'places' | 'context' | 'log'>,
  { document, used }: { document: vscode.TextDocument; used: RecordedCompletion },
): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  if (folder === undefined) return;
  const agreed =
    places.settings(folder.uri)['completion.learnFromUse'] ||
    (used.outcome === 'accepted' && (await askForConsent(context.globalState)));
  if (!agreed) return;
  try {
    const place = await places.place(folder.uri, { interpreter: false });
    await backend.ask(REQUESTS.recordCompletion, { ...place, used });
  } catch (error) {
    // A message would interrupt typing, so the log has it.
    log.warn(explain(error) ?? 'LeTI did not record a completion.');
  }
}

/** Asks for consent once. False where the user was asked before. */
async function askForConsent(memory: vscode.Memento): Promise<boolean> {
  if (memory.get(ASKED) === true) return false;
  await memory.update(ASKED, true);
  const [yes, no, what] = ['Yes', 'No', 'What Is Recorded?'] as const;
  const question =
    'Allow LeTI to learn from the completions you accept, edit or dismiss? The data stays on this computer.';
  let answer = await vscode.window.showInformationMessage(question, yes, no, what);
  if (answer === what) {
    const detail = WHAT_IS_RECORDED.join('\n\n');
    answer = await vscode.window.showInformationMessage(question, { modal: true, detail }, yes, no);
  }
  if (answer !== yes) return false;
  await vscode.workspace
    .getConfiguration('leti')
    .update('completion.learnFromUse', true, vscode.ConfigurationTarget.Global);
  return true;
}

/** The records of a workspace as a read-only document. */
export class RecordedCompletions implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #services: Pick<Services, 'backend'>;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;

  constructor(services: Pick<Services, 'backend'>) {
    this.#services = services;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const records = await this.#services.backend.ask(REQUESTS.recordedCompletions, { workspace: uri.query });
    return recordedText(records);
  }

  /** Opens the document with the current records. */
  async show(folder: vscode.Uri): Promise<void> {
    const uri = recordedUri(folder);
    this.#changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  }

  /** Deletes the records after the user confirmed. */
  async delete(folder: vscode.Uri): Promise<void> {
    const yes = 'Delete';
    const message = 'Delete all recorded completions of this workspace?';
    const detail = 'Runs that learned from them keep their samples.';
    if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, yes)) !== yes) return;
    await this.#services.backend.ask(REQUESTS.deleteRecordedCompletions, { workspace: folder.fsPath });
    this.#changed.fire(recordedUri(folder));
    void vscode.window.showInformationMessage('LeTI: Deleted the recorded completions of this workspace.');
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function recordedUri(folder: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({ scheme: RECORDED_SCHEME, path: '/completions.md', query: folder.fsPath });
}
