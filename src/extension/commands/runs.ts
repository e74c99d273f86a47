import * as vscode from 'vscode';
import { bytes } from '../../core/text/words.ts';
import { stageLabel } from '../../core/evaluation/taskHistory.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { RunNode, TaskNode } from '../explorer/nodes.ts';
import { sampleUri } from '../explorer/programs.ts';
import type { Services } from '../services.ts';

/** A run that a command is about: the tree's, or the one that the user picks. */
export async function pickRun(
  services: Services,
  node: RunNode | { run: string; workspace: string } | undefined,
): Promise<{ workspace: string; run: string }> {
  if (node !== undefined) {
    return 'kind' in node ? { workspace: node.workspace, run: node.summary.id } : node;
  }
  const folder = await services.places.choose();
  const runs = await services.backend.ask(REQUESTS.runs, { workspace: folder.fsPath });
  const picked = await vscode.window.showQuickPick(
    runs.map(({ id, status, startedAt }) => ({
      label: new Date(startedAt).toLocaleString(),
      description: status,
      id,
    })),
    { title: 'LeTI: run', placeHolder: runs.length === 0 ? 'No runs yet' : 'Which run?' },
  );
  if (picked === undefined) throw new vscode.CancellationError();
  return { workspace: folder.fsPath, run: picked.id };
}

export async function deleteRun(services: Services, node: RunNode | undefined): Promise<void> {
  const run = await pickRun(services, node);
  const size = await services.backend.ask(REQUESTS.runSize, run);
  const yes = 'Delete';
  const answer = await vscode.window.showWarningMessage(
    `Delete the run ${run.run} with its samples?`,
    {
      modal: true,
      detail: `${bytes(size)} of working files and programs go with it, which cannot be undone. Models that the run made stay.`,
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
  void vscode.window.showInformationMessage(`The run is in ${target.fsPath}.`);
}

/** A task's first program of its first stage beside the first of its last, in VS Code's own diff editor. */
export async function comparePrograms(services: Services, node: TaskNode | undefined): Promise<void> {
  if (node === undefined) return;
  const { run } = node.stage;
  await openDiff(services, { workspace: run.workspace, run: run.summary.id, task: node.history.id });
}

/** Programs of two stages of a task, of the first and the last one where none are named. */
export async function openDiff(
  services: Services,
  address: { workspace: string; run: string; task: string },
  stages?: { from: string; to: string },
): Promise<void> {
  const detail = await services.backend.ask(REQUESTS.task, address);
  const named = (name: string | undefined): (typeof detail.stages)[number] | undefined =>
    detail.stages.find(({ stage }) => stage === name);
  const first = stages === undefined ? detail.stages[0] : named(stages.from);
  const last = stages === undefined ? detail.stages.at(-1) : named(stages.to);
  if (first === undefined || last === undefined) return;
  const programOf = ({ stage, samples }: typeof first): vscode.Uri => {
    // A passing program says most about a stage, if it has one.
    const shown = samples.find(({ verdict }) => verdict === 'passed') ?? samples[0];
    return sampleUri({ ...address, stage, sample: shown?.sample ?? 0 });
  };
  await vscode.commands.executeCommand(
    'vscode.diff',
    programOf(first),
    programOf(last),
    `${address.task}: ${stageLabel(first.stage)} ↔ ${stageLabel(last.stage)}`,
  );
}
