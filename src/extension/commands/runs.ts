import * as vscode from 'vscode';
import { bytes } from '../../core/text/words.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { RunNode, TaskNode } from '../explorer/nodes.ts';
import { openDiff } from '../explorer/programs.ts';
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
    runs.map(({ id, status, startedAt }) => ({
      label: new Date(startedAt).toLocaleString(),
      description: status,
      id,
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
    `Delete the run ${run.run}?`,
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

/** Opens a task's first and last programs in a diff editor. */
export async function comparePrograms(services: Services, node: TaskNode | undefined): Promise<void> {
  if (node === undefined) return;
  const { run } = node.stage;
  await openDiff(services.backend, { workspace: run.workspace, run: run.summary.id, task: node.history.id });
}
