import path from 'node:path';
import * as vscode from 'vscode';
import { REQUESTS, type TaskHistory, type TrainingPlan } from '../../protocol/backend.ts';
import { coalesced } from '../coalesce.ts';
import type { Services } from '../services.ts';
import type { FileNode, TasksTreeNode, WorkspaceTaskNode } from './nodes.ts';
import { noteItem, outcomeIcon } from './runsTree.ts';

/** A run that goes on changes its store often. */
const PAUSE_MS = 2000;

/**
 * The workspace's tasks by file, each with how it did in the newest run, and those whose checks are weak. They are looked
 * for only when the user asks.
 */
export class TasksTree implements vscode.TreeDataProvider<TasksTreeNode>, vscode.Disposable {
  readonly #services: Services;
  readonly #found = new Map<string, readonly WorkspaceTaskNode['task'][]>();
  readonly #changed = new vscode.EventEmitter<undefined>();
  /** Asks again how the tasks did, once for changes that come together. */
  readonly refresh = coalesced(() => {
    this.#changed.fire(undefined);
  }, PAUSE_MS);
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Takes over what looking through a folder found. */
  show(workspace: string, { tasks, weak }: Pick<TrainingPlan, 'tasks' | 'weak'>): void {
    this.#found.set(workspace, [...tasks, ...weak]);
    this.refresh();
  }

  dispose(): void {
    this.refresh.cancel();
    this.#changed.dispose();
  }

  getTreeItem(node: TasksTreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'file':
        return fileItem(node);
      case 'workspaceTask':
        return workspaceTaskItem(node);
      case 'note':
        return noteItem(node);
    }
  }

  async getChildren(node?: TasksTreeNode): Promise<TasksTreeNode[]> {
    if (node === undefined) return await this.#files();
    return node.kind === 'file' ? node.tasks : [];
  }

  async #files(): Promise<FileNode[]> {
    const files: FileNode[] = [];
    for (const [workspace, tasks] of this.#found) {
      const histories = await this.#newest(workspace);
      for (const [file, own] of Map.groupBy(tasks, (task) => task.path)) {
        files.push({
          kind: 'file',
          workspace,
          path: file,
          tasks: own
            .toSorted((a, b) => a.line - b.line)
            .map((task) => ({ kind: 'workspaceTask', workspace, task, history: histories.get(task.id) })),
        });
      }
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #newest(workspace: string): Promise<Map<string, TaskHistory>> {
    const { backend } = this.#services;
    const [run] = await backend.ask(REQUESTS.runs, { workspace });
    if (run === undefined) return new Map();
    const histories = await backend.ask(REQUESTS.histories, { workspace, run: run.id });
    return new Map(histories.map((history) => [history.id, history]));
  }
}

function fileItem({ workspace, path: file, tasks }: FileNode): vscode.TreeItem {
  const item = new vscode.TreeItem(
    vscode.Uri.file(path.join(workspace, file)),
    vscode.TreeItemCollapsibleState.Expanded,
  );
  item.iconPath = vscode.ThemeIcon.File;
  item.description = `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  return item;
}

function workspaceTaskItem({ workspace, task, history }: WorkspaceTaskNode): vscode.TreeItem {
  const item = new vscode.TreeItem(task.name, vscode.TreeItemCollapsibleState.None);
  const commit = task.commit === undefined ? '' : `${task.commit.slice(0, 7)} · `;
  const checks = `${task.id}: ${task.checks} ${task.checks === 1 ? 'check' : 'checks'}`;
  if ('reason' in task) {
    item.description = `${commit}weak checks, not trained on`;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.tooltip = `${checks}; ${task.reason}`;
  } else {
    const last = history?.points.at(-1);
    const outcome = last === undefined ? 'not tried yet' : `${last.passed} of ${last.samples} pass`;
    item.description = `${commit}${outcome}${task.side === 'held-out' ? ' · held out' : ''}`;
    item.iconPath =
      last === undefined ? new vscode.ThemeIcon('circle-outline') : outcomeIcon(last.passed > 0);
    item.tooltip = checks;
  }
  // What stands in the file today is another program than a commit's.
  if (task.commit !== undefined) return item;
  item.contextValue = 'workspaceTask';
  item.command = {
    command: 'vscode.open',
    title: 'Open',
    arguments: [
      vscode.Uri.file(path.join(workspace, task.path)),
      { selection: new vscode.Range(task.line, 0, task.line, 0) } satisfies vscode.TextDocumentShowOptions,
    ],
  };
  return item;
}
