import * as vscode from 'vscode';
import { REQUESTS, type RankedCompletion, type VerifiedCompletion } from '../../protocol/backend.ts';
import { nonePasses } from '../../core/completion/ranking.ts';
import { UserError } from '../../protocol/errors.ts';
import { withRunProgress } from '../progress.ts';
import type { Services } from '../services.ts';
import type { VerdictLenses } from './verdictLenses.ts';

const CANDIDATES = 8;
/** Time limit in seconds. After it the user sees the candidates so far. */
const SECONDS = 20;

/**
 * "Complete and verify": runs several candidates for the cursor's position in the sandbox, and inserts the one that the
 * user selects.
 */
export async function completeAndVerify(services: Services & { verdicts: VerdictLenses }): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const document = editor?.document;
  const folder = document === undefined ? undefined : vscode.workspace.getWorkspaceFolder(document.uri);
  if (editor === undefined || document?.languageId !== 'python' || folder === undefined) {
    throw new UserError(
      'LeTI completes only Python files of the workspace.',
      'Open one and put the cursor where you want code.',
    );
  }
  const { version } = document;
  const position = editor.selection.active;
  const place = await services.places.place(folder.uri);
  const asked = {
    ...place,
    path: document.uri.fsPath,
    text: document.getText(),
    ...{ line: position.line, character: position.character },
    ...{ candidates: CANDIDATES, execute: true, seconds: SECONDS },
    fallbackModel: services.places.settings(folder.uri).model,
  };
  const verified = await withRunProgress('LeTI: Completing and verifying', services.log, async (following) =>
    services.backend.ask(REQUESTS.complete, asked, following),
  );
  const chosen = await choose(verified);
  if (chosen === undefined) return;
  await insert(document, version, position, chosen);
  services.verdicts.show(document, document.offsetAt(position), chosen);
}

type Row = vscode.QuickPickItem & { candidate?: RankedCompletion };

const TRY_FIX: Row = {
  label: '$(wrench) Suggest a fix instead',
  detail: 'Asks for other bodies of the function as it is in the file.',
};

/** Undefined where there is no candidate or the user cancels. */
async function choose({
  candidates,
  task,
  model,
}: VerifiedCompletion): Promise<RankedCompletion | undefined> {
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage('LeTI: No completion for this position.');
    return undefined;
  }
  const rows: Row[] = candidates.map((candidate) => ({
    label: `$(${iconOf(candidate)}) ${candidate.label}`,
    detail: previewOf(candidate.text),
    candidate,
  }));
  // The first row is selected. Enter inserts nothing that fails.
  const fails = nonePasses(candidates);
  const picked = await vscode.window.showQuickPick<Row>(fails === undefined ? rows : [TRY_FIX, ...rows], {
    title: `LeTI: ${model}${task === undefined ? ', no test covers this position' : ` for ${task}`}`,
    placeHolder: fails ?? 'Choose a suggestion to insert',
    matchOnDetail: true,
  });
  if (picked === TRY_FIX) await vscode.commands.executeCommand('leti.repair');
  return picked?.candidate;
}

function iconOf({ verdict }: RankedCompletion): string {
  if (verdict === undefined) return 'circle-outline';
  return verdict === 'passed' ? 'pass' : 'error';
}

/** A text as one line. */
export function previewOf(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ↵ ');
}

/** Inserts in one edit, so that one undo reverts it. Throws a UserError where the document has changed. */
async function insert(
  document: vscode.TextDocument,
  version: number,
  position: vscode.Position,
  { text, verdict, label }: RankedCompletion,
): Promise<void> {
  const editor = await vscode.window.showTextDocument(document);
  const inserted =
    document.version === version &&
    (await editor.edit((edit) => {
      edit.insert(position, text);
    }));
  if (!inserted) throw new UserError('The file changed while LeTI completed it.', 'Complete it again.');
  if (verdict === undefined || verdict === 'passed') return;
  const check = 'Check Function';
  void vscode.window.showWarningMessage(`LeTI: The inserted code ${label}.`, check).then((choice) => {
    if (choice === check) void vscode.commands.executeCommand('leti.check');
  });
}
