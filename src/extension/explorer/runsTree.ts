import path from 'node:path';
import * as vscode from 'vscode';
import { phaseLabel, stageLabel } from '../../core/evaluation/taskHistory.ts';
import { modelWords, percent, progressFacts, rateText } from '../../core/text/words.ts';
import { REQUESTS, type RunSummary } from '../../protocol/backend.ts';
import { coalesced } from './coalesce.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';
import {
  noteItem,
  outcomeIcon,
  type NoteNode,
  type RunNode,
  type RunsTreeNode,
  type SampleNode,
  type StageNode,
  type TaskNode,
} from './nodes.ts';
import { sampleUri } from './programs.ts';

/** Progress of a run is drawn at most twice per second, the list at most every 2 seconds. */
const LIVE_PAUSE_MS = 500;
const LIST_PAUSE_MS = 2000;

/** Runs > stages > tasks > samples. A level is read when its parent opens. */
export class RunsTree implements vscode.TreeDataProvider<RunsTreeNode>, vscode.Disposable {
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<RunsTreeNode | undefined>();
  /** The shown runs by id. */
  readonly #shown = new Map<string, RunNode>();
  /** Runs with new events since the last drawing. */
  readonly #waiting = new Set<string>();
  readonly #draw = coalesced(() => {
    for (const run of this.#waiting) this.#changed.fire(this.#shown.get(run));
    this.#waiting.clear();
  }, LIVE_PAUSE_MS);
  /** Reads the list again. */
  readonly refresh = coalesced(() => {
    this.#changed.fire(undefined);
  }, LIST_PAUSE_MS);
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Draws a running run again. Reads only its open levels. */
  redraw(run: string): void {
    // The list gets a new run when it is read next, after the run's first entry in the store.
    if (!this.#shown.has(run)) return;
    this.#waiting.add(run);
    this.#draw();
  }

  dispose(): void {
    this.#draw.cancel();
    this.refresh.cancel();
    this.#changed.dispose();
  }

  getTreeItem(node: RunsTreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'run':
        return this.#runItem(node);
      case 'stage':
        return stageItem(node);
      case 'task':
        return taskItem(node);
      case 'sample':
        return sampleItem(node);
      case 'note':
        return noteItem(node);
    }
  }

  async getChildren(node?: RunsTreeNode): Promise<RunsTreeNode[]> {
    try {
      if (node === undefined) return await this.#runs();
      if (node.kind === 'run') return await this.#stages(node);
      if (node.kind === 'stage') return await this.#tasks(node);
      if (node.kind === 'task') return await this.#samples(node);
      return [];
    } catch (error) {
      return [{ kind: 'note', text: explain(error) ?? 'cancelled' }];
    }
  }

  /** The runs of all folders, newest first. */
  async #runs(): Promise<RunsTreeNode[]> {
    const { backend, places, keys } = this.#services;
    const notes: NoteNode[] = [];
    const runs: RunNode[] = [];
    for (const { uri } of places.folders()) {
      try {
        const place = await places.place(uri, { interpreter: false });
        const summaries = await backend.ask(REQUESTS.runs, place);
        runs.push(...summaries.map((summary): RunNode => ({ kind: 'run', workspace: uri.fsPath, summary })));
        keys.note(uri.fsPath, { runs: summaries });
        if (summaries.length === 0) await this.#noteNeeds(uri);
      } catch (error) {
        // Runs of other folders still show where one folder's store is damaged.
        notes.push({ kind: 'note', text: explain(error) ?? 'cancelled' });
      }
    }
    runs.sort((a, b) => (a.summary.startedAt < b.summary.startedAt ? 1 : -1));
    this.#shown.clear();
    for (const run of runs) this.#shown.set(run.summary.id, run);
    return [...notes, ...runs];
  }

  /** Before the first run, the welcome view names the missing interpreter or trainer. */
  async #noteNeeds(folder: vscode.Uri): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const { backend, places, keys } = this.#services;
    const needs = await backend.ask(REQUESTS.needs, await places.place(folder));
    keys.note(folder.fsPath, { needs });
  }

  async #stages(run: RunNode): Promise<StageNode[]> {
    const detail = await this.#services.backend.ask(REQUESTS.run, {
      workspace: run.workspace,
      run: run.summary.id,
    });
    return detail.stages.map(({ stage, samples, passed }) => ({
      kind: 'stage',
      run,
      stage,
      samples,
      passed,
    }));
  }

  async #tasks(stage: StageNode): Promise<TaskNode[]> {
    const histories = await this.#services.backend.ask(REQUESTS.histories, {
      workspace: stage.run.workspace,
      run: stage.run.summary.id,
    });
    return histories
      .filter(({ points }) => points.some((point) => point.stage === stage.stage))
      .map((history) => ({ kind: 'task', stage, history }));
  }

  async #samples(task: TaskNode): Promise<SampleNode[]> {
    const { run, stage } = task.stage;
    const detail = await this.#services.backend.ask(REQUESTS.task, {
      workspace: run.workspace,
      run: run.summary.id,
      task: task.history.id,
    });
    const samples = detail.stages.find((known) => known.stage === stage)?.samples ?? [];
    return samples.map((sample) => ({ kind: 'sample', task, sample }));
  }

  #runItem({ summary, workspace }: RunNode): vscode.TreeItem {
    const item = new vscode.TreeItem(startOf(summary), vscode.TreeItemCollapsibleState.Collapsed);
    const event = this.#services.live.last(summary.id);
    const rate =
      event?.event === 'progress'
        ? `${phaseLabel(event.phase)}: ${event.done} of ${event.total} ${progressFacts(event)}`
        : rates(summary);
    const folder = this.#services.places.folders().length > 1 ? ` · ${path.basename(workspace)}` : '';
    item.id = `${workspace}/${summary.id}`;
    item.description = rate + folder;
    item.iconPath = STATUS_ICONS[summary.status];
    item.contextValue = `run.${summary.status}`;
    item.tooltip = tooltip(summary);
    item.accessibilityInformation = { label: `Run of ${startOf(summary)}, ${summary.status}, ${rate}` };
    item.command = {
      command: 'leti.openRun',
      title: 'Open',
      arguments: [{ kind: 'run', workspace, summary }],
    };
    return item;
  }
}

const STATUS_ICONS: Record<RunSummary['status'], vscode.ThemeIcon> = {
  running: new vscode.ThemeIcon('sync~spin'),
  interrupted: new vscode.ThemeIcon('debug-pause', new vscode.ThemeColor('charts.yellow')),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed')),
  finished: new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed')),
};

function startOf({ startedAt }: RunSummary): string {
  return new Date(startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** The last pass rate with its change: `16.3 % (+1.4)`. The status where there is no rate. */
function rates({ before, now, status }: RunSummary): string {
  const last = now?.passAt['1']?.value;
  if (last === undefined) return status;
  const first = before?.passAt['1']?.value;
  const change =
    first === undefined || before?.round === now?.round ? '' : ` (${signed(100 * (last - first))})`;
  return `${percent(last)}${change}${status === 'finished' ? '' : ` · ${status}`}`;
}

function signed(points: number): string {
  return `${points < 0 ? '' : '+'}${points.toFixed(1)}`;
}

function tooltip(summary: RunSummary): string {
  const { before, now, error } = summary;
  return [
    `${summary.status}: ${summary.objective}, ${summary.rounds} ${summary.rounds === 1 ? 'round' : 'rounds'}, model ${modelWords(summary.model)}`,
    ...(before === undefined ? [] : [`${before.side} tasks before: ${rateText(before)}`]),
    ...(now === undefined || now === before ? [] : [`${now.side} tasks now: ${rateText(now)}`]),
    ...(error === undefined ? [] : [error]),
  ].join('\n');
}

function stageItem(node: StageNode): vscode.TreeItem {
  const side = node.stage.includes('held-out') ? 'held-out tasks' : 'training tasks';
  const item = new vscode.TreeItem(
    `${side}, ${stageLabel(node.stage)}`,
    vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.description = `${node.passed} of ${node.samples} pass`;
  item.iconPath = new vscode.ThemeIcon(side === 'held-out tasks' ? 'beaker' : 'mortar-board');
  item.contextValue = 'stage';
  return item;
}

function taskItem({ stage, history }: TaskNode): vscode.TreeItem {
  const item = new vscode.TreeItem(history.id, vscode.TreeItemCollapsibleState.Collapsed);
  const point = history.points.find((known) => known.stage === stage.stage);
  item.description = `${point?.passed ?? 0} of ${point?.samples ?? 0}${history.change === undefined ? '' : ` · ${history.change}`}`;
  item.iconPath = outcomeIcon((point?.passed ?? 0) > 0);
  item.contextValue = 'task';
  return item;
}

function sampleItem({ task, sample }: SampleNode): vscode.TreeItem {
  const { run, stage } = task.stage;
  const item = new vscode.TreeItem(`program ${sample.sample + 1}`, vscode.TreeItemCollapsibleState.None);
  item.description = sample.verdict === 'passed' ? 'passed' : sample.errorType;
  item.iconPath = outcomeIcon(sample.verdict === 'passed');
  item.tooltip = sample.feedback;
  item.contextValue = 'sample';
  const address = {
    workspace: run.workspace,
    run: run.summary.id,
    stage,
    task: task.history.id,
    sample: sample.sample,
  };
  item.command = { command: 'vscode.open', title: 'Open', arguments: [sampleUri(address)] };
  return item;
}
