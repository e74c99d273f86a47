import * as vscode from 'vscode';
import { REQUESTS } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';
import type { FunctionPlace } from '../places.ts';
import { withRunProgress } from '../progress.ts';
import type { Services } from '../services.ts';
import type { FeedbackProblems } from '../testing/feedbackProblems.ts';

/**
 * The function at the given place or at the cursor. Saves its file. Throws a UserError where no Python file is open.
 */
export async function testedFunction(
  place: FunctionPlace | undefined,
): Promise<{ document: vscode.TextDocument; line: number; folder: vscode.Uri }> {
  const editor = vscode.window.activeTextEditor;
  const document =
    place === undefined ? editor?.document : await vscode.workspace.openTextDocument(place.uri);
  const folder = document === undefined ? undefined : vscode.workspace.getWorkspaceFolder(document.uri);
  if (document?.languageId !== 'python' || folder === undefined) {
    throw new UserError(
      'LeTI checks only Python files of the workspace.',
      'Put the cursor into a tested function.',
    );
  }
  // Checks read the saved file, because other modules import it.
  if (document.isDirty && !(await document.save())) {
    throw new UserError('The file could not be saved.', 'Save it first. Its checks run on the saved file.');
  }
  return { document, line: place?.line ?? editor?.selection.active.line ?? 0, folder: folder.uri };
}

/** Runs the checks of the function at the given place or at the cursor. Failures become diagnostics. */
export async function checkUnderCursor(
  services: Services,
  feedback: FeedbackProblems,
  given?: FunctionPlace,
): Promise<void> {
  const { document, line, folder } = await testedFunction(given);
  const place = await services.places.place(folder);
  const checked = await withRunProgress('LeTI: Checking', services.log, async (following) =>
    services.backend.ask(REQUESTS.check, { ...place, path: document.uri.fsPath, line }, following),
  );
  feedback.show(document.uri, checked);
  const words = `${checked.task}: ${checked.checksPassed} of ${checked.checksTotal} checks pass`;
  vscode.window.setStatusBarMessage(`LeTI: ${words}`, 10_000);
}
