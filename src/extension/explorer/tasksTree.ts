import path from 'node:path';
import * as vscode from 'vscode';
import { skippedFirst, skippedWords } from '../../core/outcome/planWords.ts';
import { checksWords } from '../../core/text/words.ts';
import { REQUESTS, type TaskHistory, type TrainingPlan } from '../../protocol/backend.ts';
import { coalesced } from './coalesce.ts';
import type { Services } from '../services.ts';
import {
  noteItem,
  type DroppedNode,
  type FileNode,
  type LeftOutNode,
  type TasksTreeNode,
  type WorkspaceTaskNode,
} from './nodes.ts';

/** A running run changes its store often. */
const PAUSE_MS = 2000;

/** Result of looking for tasks in a folder. */
type Found = Pick<TrainingPlan, 'tasks' | 'weak' | 'dropped'>;

/**
 * The workspace's tasks by file with their results in the newest run, tasks with weak checks, and what was left out.
 * Only a command of the user looks for tasks.
 */
export class TasksTree implements vscode.TreeDataProvider<TasksTreeNode>, vscode.Disposable {
  readonly #services: Services;
  readonly #found = new Map<string, Found>();
  readonly #changed = new vscode.EventEmitter<undefined>();
  /** Reads the results again, once for changes that come together. */
  readonly refresh = coalesced(() => {
    this.#changed.fire(undefined);
  }, PAUSE_MS);
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Shows a new result for a folder. */
  show(workspace: string, found: Found): void {
    this.#found.set(workspace, found);
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
      case 'leftOut':
        return leftOutItem(node);
      case 'dropped':
        return droppedItem(node);
      case 'note':
        return noteItem(node);
    }
  }

  async getChildren(node?: TasksTreeNode): Promise<TasksTreeNode[]> {
    if (node === undefined) return [...(await this.#files()), ...this.#leftOut()];
    if (node.kind === 'leftOut') {
      return skippedFirst(node.dropped).map((task) => ({ kind: 'dropped', workspace: node.workspace, task }));
    }
    return node.kind === 'file' ? node.tasks : [];
  }

  async #files(): Promise<FileNode[]> {
    const files: FileNode[] = [];
    for (const [workspace, { tasks, weak }] of this.#found) {
      const histories = await this.#newest(workspace);
      for (const [file, own] of Map.groupBy([...tasks, ...weak], (task) => task.path)) {
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

  /** Left-out functions per folder. Tasks with weak checks are shown under their files instead. */
  #leftOut(): LeftOutNode[] {
    return [...this.#found].flatMap(([workspace, { dropped, weak }]) => {
      const shown = new Set(weak.map(({ id }) => id));
      const others = dropped.filter(({ id }) => !shown.has(id));
      return others.length === 0 ? [] : [{ kind: 'leftOut', workspace, dropped: others }];
    });
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
  const checks = `${task.id}: ${checksWords(task.checks, task.source)}`;
  if ('reason' in task) {
    item.description = `${commit}weak checks, not used for training`;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.tooltip = `${checks}; ${task.reason}`;
  } else {
    const last = history?.points.at(-1);
    // LeTI takes only functions as tasks whose code of today passes. The model is another matter.
    const outcome =
      last === undefined ? 'not tried yet' : `model solves ${last.passed} of ${last.samples} attempts`;
    item.description = `${commit}${outcome}${task.side === 'held-out' ? ' · for testing' : ''}`;
    item.iconPath = modelIcon(last);
    item.tooltip = `${checks}\nYour code passes them.`;
  }
  // The file of today does not hold the program of an older commit.
  if (task.commit !== undefined) return item;
  item.contextValue = 'workspaceTask';
  item.command = opening(workspace, task.path, task.line);
  return item;
}

/** What the model can do. Nothing here is red: a task that the model does not solve is no fault of the user. */
function modelIcon(last: { passed: number } | undefined): vscode.ThemeIcon {
  if (last === undefined) return new vscode.ThemeIcon('circle-outline');
  return last.passed > 0
    ? new vscode.ThemeIcon('sparkle', new vscode.ThemeColor('charts.blue'))
    : new vscode.ThemeIcon('circle-slash');
}

function leftOutItem({ workspace, dropped }: LeftOutNode): vscode.TreeItem {
  const item = new vscode.TreeItem('Skipped', vscode.TreeItemCollapsibleState.Collapsed);
  item.iconPath = new vscode.ThemeIcon('circle-slash');
  item.description = skippedWords(dropped);
  item.tooltip = `Functions and files of ${workspace} that cannot be tasks`;
  return item;
}

function droppedItem({ workspace, task }: DroppedNode): vscode.TreeItem {
  const item = new vscode.TreeItem(task.id, vscode.TreeItemCollapsibleState.None);
  item.description = task.reason;
  item.tooltip = `${task.id}: ${task.reason}`;
  if (task.path !== '') item.command = opening(workspace, task.path, task.line - 1);
  return item;
}

/** A command that opens a file of a folder at a line (zero-based). */
function opening(workspace: string, file: string, line: number): vscode.Command {
  const selection = new vscode.Range(line, 0, line, 0);
  const shown: vscode.TextDocumentShowOptions = { selection };
  return {
    command: 'vscode.open',
    title: 'Open',
    arguments: [vscode.Uri.file(path.join(workspace, file)), shown],
  };
}
