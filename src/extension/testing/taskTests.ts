import path from 'node:path';
import * as vscode from 'vscode';
import { commonFeedback } from '../../core/learning/repair.ts';
import { describeEvent, percent } from '../../core/text/words.ts';
import { REQUESTS, type CheckedFunction } from '../../protocol/backend.ts';
import type { TextRange } from '../../protocol/diagnostics.ts';
import type { Sample } from '../../protocol/run.ts';
import { attempt, explain } from '../errors.ts';
import { coalesced } from '../coalesce.ts';
import type { FeedbackProblems } from './feedbackProblems.ts';
import { rangeOf } from '../places.ts';
import type { Services } from '../services.ts';

/** Files are often saved together. */
const PAUSE_MS = 2000;

/**
 * The workspace's tasks in the Testing view. "Check" runs the tests of the current code in the sandbox. "Solve with
 * model" asks the active model for programs and counts those that pass.
 */
export class TaskTests implements vscode.Disposable {
  readonly #services: Services;
  readonly #feedback: FeedbackProblems;
  readonly #controller: vscode.TestController;
  /** Folder of each task. */
  readonly #folders = new WeakMap<vscode.TestItem, vscode.WorkspaceFolder>();
  /** The number of searches so far. Only the result of the newest one is shown. */
  #searches = 0;
  /** Looks for tasks again where the view has shown some. */
  readonly refresh = coalesced(() => {
    if (this.#controller.items.size > 0) this.#findQuietly();
  }, PAUSE_MS);
  readonly #saves: vscode.Disposable;

  constructor(services: Services, feedback: FeedbackProblems) {
    this.#services = services;
    this.#feedback = feedback;
    this.#controller = vscode.tests.createTestController('leti', 'LeTI tasks');
    // VS Code calls this when the view opens first. Nothing is parsed before.
    this.#controller.resolveHandler = async (item) => {
      if (item === undefined) await this.#find(undefined);
    };
    this.#controller.refreshHandler = async (token) => {
      await this.#find(token);
    };
    const { Run } = vscode.TestRunProfileKind;
    this.#controller.createRunProfile(
      'Check',
      Run,
      (request, token) => this.#run(request, token, (run, items) => this.#check(run, items)),
      true,
    );
    this.#controller.createRunProfile('Solve with model', Run, (request, token) =>
      this.#run(request, token, (run, items) => this.#solve(run, items)),
    );
    this.#saves = vscode.workspace.onDidSaveTextDocument(({ languageId }) => {
      if (languageId === 'python') this.refresh();
    });
  }

  dispose(): void {
    this.refresh.cancel();
    this.#saves.dispose();
    this.#controller.dispose();
  }

  /** Nobody asked for this search, so an error is for the log alone. */
  #findQuietly(): void {
    this.#look(undefined).catch((error: unknown) => {
      this.#services.log.warn(`The Testing view is not up to date: ${explain(error) ?? 'cancelled'}`);
    });
  }

  async #find(token: vscode.CancellationToken | undefined): Promise<void> {
    await attempt(this.#services.log, async () => {
      await this.#look(token);
    });
  }

  async #look(token: vscode.CancellationToken | undefined): Promise<void> {
    const { places, backend } = this.#services;
    if (!vscode.workspace.isTrusted) return;
    const number = ++this.#searches;
    const files: vscode.TestItem[] = [];
    for (const folder of places.folders()) {
      const place = await places.place(folder.uri);
      const tasks = await backend.ask(REQUESTS.tasks, place, token === undefined ? {} : { token });
      for (const [file, own] of Map.groupBy(tasks, (task) => task.path)) {
        const uri = vscode.Uri.joinPath(folder.uri, file);
        const parent = this.#controller.createTestItem(uri.toString(), file, uri);
        for (const task of own) {
          const item = this.#controller.createTestItem(task.id, task.name, uri);
          item.range = new vscode.Range(task.line, 0, task.line, 0);
          item.description = `${task.checks} ${task.checks === 1 ? 'check' : 'checks'}`;
          this.#folders.set(item, folder);
          parent.children.add(item);
        }
        files.push(parent);
      }
    }
    if (number === this.#searches) this.#controller.items.replace(files);
  }

  async #run(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
    work: (run: vscode.TestRun, items: readonly vscode.TestItem[]) => Promise<void>,
  ): Promise<void> {
    const run = this.#controller.createTestRun(request);
    const items = this.#selected(request);
    for (const item of items) run.enqueued(item);
    token.onCancellationRequested(() => {
      run.end();
    });
    await attempt(this.#services.log, async () => {
      await work(run, items);
    });
    run.end();
  }

  /** The tasks of a request, each once: the included items with their children, without the excluded ones. */
  #selected({ include, exclude }: vscode.TestRunRequest): vscode.TestItem[] {
    const found = new Set<vscode.TestItem>();
    const add = (item: vscode.TestItem): void => {
      if (exclude?.includes(item) === true) return;
      if (this.#folders.has(item)) found.add(item);
      item.children.forEach(add);
    };
    if (include === undefined) this.#controller.items.forEach(add);
    else include.forEach(add);
    return [...found];
  }

  async #check(run: vscode.TestRun, items: readonly vscode.TestItem[]): Promise<void> {
    const { places, backend } = this.#services;
    for (const [folder, own] of Map.groupBy(items, (item) => this.#folders.get(item))) {
      if (folder === undefined) continue;
      for (const item of own) run.started(item);
      const place = await places.place(folder.uri);
      const tasks = own.map(({ id }) => id);
      const checked = await backend.ask(REQUESTS.checkTasks, { ...place, tasks }, { token: run.token });
      for (const item of own) {
        const result = checked.find(({ task }) => task === item.id);
        if (result === undefined) run.skipped(item);
        else this.#report(run, item, folder, result);
      }
    }
  }

  #report(
    run: vscode.TestRun,
    item: vscode.TestItem,
    folder: vscode.WorkspaceFolder,
    result: CheckedFunction,
  ): void {
    const file = vscode.Uri.file(path.join(folder.uri.fsPath, result.path));
    this.#feedback.show(file, result);
    const counts = `${result.checksPassed} of ${result.checksTotal} checks pass`;
    run.appendOutput(`${item.id}: ${result.verdict}, ${counts}\r\n`, undefined, item);
    if (result.verdict === 'passed') {
      run.passed(item, result.durationMs);
      return;
    }
    const { expected, actual, feedback, diagnostics } = result;
    const message =
      expected === undefined || actual === undefined
        ? new vscode.TestMessage(feedback)
        : vscode.TestMessage.diff(feedback, expected, actual);
    const [diagnostic] = diagnostics;
    if (diagnostic !== undefined) {
      message.location = new vscode.Location(file, rangeOf(diagnostic.range));
      const frame = (
        { range, message: label }: { range?: TextRange | undefined; message: string },
        uri = file,
      ): vscode.TestMessageStackFrame[] =>
        range === undefined ? [] : [new vscode.TestMessageStackFrame(label, uri, rangeOf(range).start)];
      // Innermost first: the failing line, its callers, the test.
      message.stackTrace = [
        ...frame(diagnostic),
        ...diagnostic.related.filter(({ path: other }) => other === undefined).flatMap((part) => frame(part)),
        ...diagnostic.related.flatMap((part) =>
          part.path === undefined ? [] : frame(part, vscode.Uri.joinPath(folder.uri, part.path)),
        ),
      ];
    }
    if (result.verdict === 'failed') run.failed(item, message, result.durationMs);
    else run.errored(item, message, result.durationMs);
  }

  /** A task is solved when a program passes. One request per folder, so that the model loads once. */
  async #solve(run: vscode.TestRun, items: readonly vscode.TestItem[]): Promise<void> {
    const { places, backend } = this.#services;
    for (const [folder, own] of Map.groupBy(items, (item) => this.#folders.get(item))) {
      if (folder === undefined) continue;
      for (const item of own) run.started(item);
      const place = await places.place(folder.uri);
      const settings = places.runSettings(folder.uri);
      const tasks = own.map(({ id }) => id);
      const samples = await backend.ask(
        REQUESTS.solve,
        { ...place, tasks, settings },
        {
          token: run.token,
          onEvent: (event) => {
            if (event.event !== 'progress') run.appendOutput(`${describeEvent(event)}\r\n`);
          },
        },
      );
      const byTask = Map.groupBy(samples, ({ taskId }) => taskId);
      for (const item of own) this.#reportSolved(run, item, byTask.get(item.id) ?? []);
    }
  }

  #reportSolved(run: vscode.TestRun, item: vscode.TestItem, samples: readonly Sample[]): void {
    const passed = samples.filter(({ verdict }) => verdict === 'passed').length;
    const rate = `${passed} of ${samples.length} programs pass (${percent(passed / samples.length)})`;
    run.appendOutput(`${item.id}: ${rate}\r\n`, undefined, item);
    if (passed > 0) run.passed(item);
    else run.failed(item, new vscode.TestMessage(`${rate}\n\n${commonFeedback(samples)}`));
  }
}
