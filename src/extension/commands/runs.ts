import * as vscode from 'vscode';
import { outcomeLine } from '../../core/outcome/verdictCard.ts';
import { runStart } from '../../core/outcome/modelNames.ts';
import { bytes, startText } from '../../core/text/words.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { RunNode } from '../explorer/nodes.ts';
import type { Services } from '../services.ts';

/** The run for a command: that of the tree, or the user's choice. */
export async function pickRun(
  services: Services,
  node: RunNode | { run: string; workspace: string } | undefined,
): Promise<{ workspace: string; run: string }> {
  if (node !== undefined) {
    return 'kind' in node ? { workspace: node.workspace, run: node.summary.id } : node;
  }
  const folder = await services.places.chooseFolder();
  const runs = await services.backend.ask(REQUESTS.runs, { workspace: folder.fsPath });
  const picked = await vscode.window.showQuickPick(
    runs.map((run) => ({
      label: startText(run.startedAt),
      description: outcomeLine(run),
      id: run.id,
    })),
    { title: 'LeTI: Runs', placeHolder: runs.length === 0 ? 'No runs yet' : 'Select a run' },
  );
  if (picked === undefined) throw new vscode.CancellationError();
  return { workspace: folder.fsPath, run: picked.id };
}

export async function deleteRun(services: Services, node: RunNode | undefined): Promise<void> {
  const run = await pickRun(services, node);
  const size = await services.backend.ask(REQUESTS.runSize, run);
  const yes = 'Delete';
  const answer = await vscode.window.showWarningMessage(
    `Delete the run of ${runStart(run.run) ?? run.run}?`,
    {
      modal: true,
      detail: `This deletes ${bytes(size)} of programs and working files. You cannot undo this. Models that the run made stay.`,
    },
    yes,
  );
  if (answer === yes) await services.backend.ask(REQUESTS.deleteRun, run);
}

export async function exportRun(services: Services, node: RunNode | undefined): Promise<void> {
  const run = await pickRun(services, node);
  const target = await vscode.window.showSaveDialog({
    title: 'Export run',
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(run.workspace), '..', `leti-${run.run}.jsonl`),
    filters: { 'JSON lines': ['jsonl'] },
  });
  if (target === undefined) return;
  await services.backend.ask(REQUESTS.exportRun, { ...run, file: target.fsPath });
  void vscode.window.showInformationMessage(`Exported the run to ${target.fsPath}.`);
}
