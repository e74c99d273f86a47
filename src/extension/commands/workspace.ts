import * as vscode from 'vscode';
import { REQUESTS } from '../../protocol/backend.ts';
import type { FunctionPlace } from '../places.ts';
import type { Services } from '../services.ts';
import { evaluationLine } from '../../core/text/words.ts';
import { UserError } from '../../protocol/errors.ts';
import { editorStep } from '../stepWords.ts';
import type { Feedback } from '../testing/problems.ts';
import type { TasksTree } from '../explorer/tasksTree.ts';
import { withRunProgress } from '../progress.ts';

/** Fills the task view. */
export async function findTasks(services: Services, tree: TasksTree): Promise<void> {
  const folder = await services.places.choose();
  const place = await services.places.place(folder);
  const plan = await withRunProgress('LeTI: looking for tasks', services.log, async (following) =>
    services.backend.ask(REQUESTS.plan, { ...place, settings: services.places.choices(folder) }, following),
  );
  tree.show(folder.fsPath, plan);
  for (const drop of plan.dropped)
    services.log.info(`dropped ${drop.path}:${drop.line} ${drop.id}: ${drop.reason}`);
}

/** Measures the model in use, before a promotion the one of the settings, on the tasks that runs hold out. */
export async function evaluate(services: Services): Promise<void> {
  const folder = await services.places.choose();
  const place = await services.places.place(folder);
  const settings = services.places.choices(folder);
  const evaluation = await withRunProgress('LeTI: measuring', services.log, async (following) =>
    services.backend.ask(REQUESTS.evaluate, { ...place, settings }, following),
  );
  services.log.info(evaluationLine({ ...evaluation, round: 0 }));
  void vscode.window.showInformationMessage(
    `LeTI: ${evaluation.passedSamples} of ${evaluation.samples} programs pass, ${evaluation.passedTasks} of ${evaluation.tasks} held-out tasks have one.`,
  );
}

/** The function under the cursor, or the given one, in its file as it is on disk. Throws a UserError where no Python file is open. */
export async function testedFunction(
  place: FunctionPlace | undefined,
): Promise<{ document: vscode.TextDocument; line: number; folder: vscode.Uri }> {
  const editor = vscode.window.activeTextEditor;
  const document =
    place === undefined ? editor?.document : await vscode.workspace.openTextDocument(place.uri);
  const folder = document === undefined ? undefined : vscode.workspace.getWorkspaceFolder(document.uri);
  if (document?.languageId !== 'python' || folder === undefined) {
    throw new UserError('No Python file of the workspace is open.', 'Put the cursor into a tested function.');
  }
  // Checks run on the file: other modules import it from there.
  if (document.isDirty && !(await document.save())) {
    throw new UserError('The file could not be saved.', 'Save it first; its checks run on the file.');
  }
  return { document, line: place?.line ?? editor?.selection.active.line ?? 0, folder: folder.uri };
}

/** Runs the checks of the function under the cursor, or of the given one; what fails becomes diagnostics. */
export async function checkUnderCursor(
  services: Services,
  feedback: Feedback,
  given?: FunctionPlace,
): Promise<void> {
  const { document, line, folder } = await testedFunction(given);
  const place = await services.places.place(folder);
  const checked = await withRunProgress('LeTI: checking', services.log, async (following) =>
    services.backend.ask(REQUESTS.check, { ...place, path: document.uri.fsPath, line }, following),
  );
  feedback.show(document.uri, checked);
  const words = `${checked.task}: ${checked.checksPassed} of ${checked.checksTotal} checks pass`;
  vscode.window.setStatusBarMessage(`LeTI: ${words}`, 10_000);
}

/** What LeTI needs, looked at for real; the findings are a document that can be kept. */
export async function doctor(services: Services): Promise<void> {
  const place = await services.places.place(await services.places.choose());
  const findings = await withRunProgress('LeTI: looking at what is needed', services.log, async (following) =>
    services.backend.ask(REQUESTS.doctor, place, following),
  );
  const lines = findings.map(
    ({ what, ok, detail, nextStep }) =>
      `${ok ? 'ok  ' : 'FAIL'}  ${what}: ${detail}${nextStep === undefined ? '' : ` ${editorStep(nextStep)}`}`,
  );
  const document = await vscode.workspace.openTextDocument({ content: `${lines.join('\n')}\n` });
  await vscode.window.showTextDocument(document);
}

/** Writes a `leti` for the terminal and for other editors. */
export async function installLauncher(services: Services): Promise<void> {
  const folder = await vscode.window.showInputBox({
    title: 'LeTI: install the command leti',
    prompt: 'A folder on your PATH',
    value: process.platform === 'win32' ? '' : '~/.local/bin',
  });
  if (folder === undefined || folder.trim() === '') return;
  const written = await services.backend.ask(REQUESTS.installLauncher, { folder: folder.trim() });
  void vscode.window.showInformationMessage(`${written} is written.`);
}
