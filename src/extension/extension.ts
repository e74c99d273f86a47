import * as vscode from 'vscode';
import { Backend } from './backend.ts';
import { registerTools } from './commands/agentTools.ts';
import { checkUnderCursor } from './commands/checkFunction.ts';
import { promote, rollBack, useRun } from './commands/models.ts';
import { repair, REPAIR_SCHEME, Repairs } from './commands/repair.ts';
import { deleteRun, exportRun, pickRun } from './commands/runs.ts';
import { endpointKey, setEndpointKey } from './commands/endpointKey.ts';
import { doctor, installLauncher } from './commands/setup.ts';
import { evaluate, findTasks } from './commands/tasks.ts';
import { offerToResume, resume, train, trainLonger } from './commands/train.ts';
import { AcceptanceTracker } from './completion/acceptanceTracker.ts';
import { completeAndVerify } from './completion/completeAndVerify.ts';
import { CompletionStatus } from './completion/completionStatus.ts';
import { recordIfAgreed, RecordedCompletions, RECORDED_SCHEME } from './completion/consent.ts';
import {
  completionFolders,
  completionMiddleware,
  startServerWithFirstCompletion,
  toggleCompletions,
} from './completion/ghostText.ts';
import { IdleVerifier } from './completion/idleVerifier.ts';
import { StatusItem } from './completion/statusItem.ts';
import { VerdictLenses } from './completion/verdictLenses.ts';
import { SETTING_NAMES } from './config.ts';
import { ContextKeys } from './contextKeys.ts';
import { attempt, sayGaveUp } from './errors.ts';
import { ModelsTree } from './explorer/modelsTree.ts';
import type { ModelNode, RunNode } from './explorer/nodes.ts';
import { Programs, PROGRAM_SCHEME } from './explorer/programs.ts';
import { RUN_PAGE, RunPages } from './explorer/runPages.ts';
import { RunsTree } from './explorer/runsTree.ts';
import { TasksTree } from './explorer/tasksTree.ts';
import { LiveRuns } from './liveRuns.ts';
import type { PageAddress } from '../protocol/runPage.ts';
import { Places, type FunctionPlace } from './places.ts';
import { Interpreters } from './python/interpreter.ts';
import { REPORT_SCHEME, Reports } from './reports.ts';
import { FeedbackProblems, showFeedback } from './testing/feedbackProblems.ts';
import { TaskTests } from './testing/taskTests.ts';

/** The settings by which a running server completes. */
const TOLD_TO_SERVER = ['completion', 'model', 'python'] as const;

/** Registers everything and starts no process: the first request starts the server. Returns the time that it took. */
export function activate(context: vscode.ExtensionContext): { milliseconds: number } {
  const begun = performance.now();
  wire(context);
  return { milliseconds: performance.now() - begun };
}

function wire(context: vscode.ExtensionContext): void {
  const keep = <T extends vscode.Disposable>(disposable: T): T => {
    context.subscriptions.push(disposable);
    return disposable;
  };
  const log = keep(vscode.window.createOutputChannel('LeTI', { log: true }));
  const interpreters = keep(new Interpreters(log));
  const places = new Places(interpreters, log);
  const completion = keep(new CompletionStatus());
  const use = keep(new AcceptanceTracker());
  const verdicts = keep(new VerdictLenses());
  const backend = keep(
    new Backend(
      log,
      context.asAbsolutePath('dist/leti.mjs'),
      {
        folders: async () => completionFolders(places),
        middleware: completionMiddleware(places, completion, log, (shown) => {
          use.show(shown);
          idle.show(shown);
        }),
      },
      async () => await endpointKey(context),
    ),
  );
  keep(startServerWithFirstCompletion(backend, places, completion, log));
  keep(
    backend.onCompleted((completed) => {
      completion.answered(completed);
      use.answeredBy(completed.uri, completed.hash);
    }),
  );
  const live = keep(new LiveRuns());
  const keys = new ContextKeys(
    () => places.folders().map(({ uri }) => uri.fsPath),
    (key, holds) => void vscode.commands.executeCommand('setContext', key, holds),
  );
  const services = { context, log, backend, places, live, keys, completion, verdicts };
  const idle = keep(new IdleVerifier(services));
  keep(
    use.onAccepted((taken) => {
      // After the other listeners of this change, which remove the function's old label.
      setTimeout(() => {
        idle.accepted(taken);
      });
    }),
  );
  keep(use.onRecord((used) => void attempt(log, async () => recordIfAgreed(services, used))));
  const recorded = keep(new RecordedCompletions(services));
  keep(vscode.workspace.registerTextDocumentContentProvider(RECORDED_SCHEME, recorded));
  const feedback = keep(new FeedbackProblems());
  const tests = keep(new TaskTests(services, feedback));
  registerTools(services).forEach(keep);
  keep(new StatusItem(services));
  const pages = keep(new RunPages(services));
  keep(vscode.window.registerWebviewPanelSerializer(RUN_PAGE, pages));
  const runs = keep(new RunsTree(services));
  const tasks = keep(new TasksTree(services));
  const models = new ModelsTree(services);

  const views = {
    runs: keep(vscode.window.createTreeView('leti.runs', { treeDataProvider: runs, showCollapseAll: true })),
    tasks: keep(
      vscode.window.createTreeView('leti.tasks', { treeDataProvider: tasks, showCollapseAll: true }),
    ),
    models: keep(vscode.window.createTreeView('leti.models', { treeDataProvider: models })),
  };
  keep(vscode.workspace.registerTextDocumentContentProvider(PROGRAM_SCHEME, new Programs(backend)));
  const repairs = keep(new Repairs(verdicts));
  const reports = keep(new Reports());
  keep(vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, reports));
  keep(vscode.workspace.registerTextDocumentContentProvider(REPAIR_SCHEME, repairs));

  // Hidden views are not refreshed. They refresh when they become visible.
  const refreshRuns = (): void => {
    if (views.runs.visible) runs.refresh();
    if (views.tasks.visible) tasks.refresh();
  };
  keep(
    backend.onChanged(({ workspace, what }) => {
      if (what === 'models') {
        keys.note(workspace, { models: undefined, promotions: undefined });
        models.refresh();
      } else {
        keys.note(workspace, { runs: undefined });
        refreshRuns();
      }
    }),
  );
  keep(
    live.onChanged(({ run, event }) => {
      const workspace = live.workspace(run);
      if (workspace !== undefined) keys.note(workspace, { live: event !== undefined });
      if (!views.runs.visible) return;
      if (event === undefined) runs.refresh();
      else runs.redraw(run);
    }),
  );
  keep(
    views.runs.onDidChangeVisibility(({ visible }) => {
      if (visible) runs.refresh();
    }),
  );
  keep(
    backend.onState((now) => {
      if (now.state === 'gave up') sayGaveUp(log, now.why);
      // The views may show the error of a request that the server did not answer. A server that stays ended is not
      // asked, as that would start it.
      if (now.state !== 'running') return;
      refreshRuns();
      models.refresh();
    }),
  );
  const startAnew = (): void => {
    void attempt(log, async () => {
      await backend.stop();
      refreshRuns();
      models.refresh();
    });
  };
  const tellOfCompletion = (): void => {
    void attempt(log, async () => {
      await backend.tellCompletionFolders();
    });
  };
  // The server gets the trust of the workspace at its start.
  keep(vscode.workspace.onDidGrantWorkspaceTrust(startAnew));
  keep(
    vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
      keys.update();
      tellOfCompletion();
      void attempt(log, async () => {
        await tasks.forgetFolders(removed.map(({ uri }) => uri.fsPath));
      });
      tests.refresh();
      refreshRuns();
      models.refresh();
    }),
  );
  keep(
    interpreters.onChanged(() => {
      log.info('The interpreter has changed. LeTI uses the new one from now on.');
      tellOfCompletion();
      refreshRuns();
      tests.refresh();
    }),
  );

  // A menu passes the node of its tree; the palette passes nothing.
  const command = (name: string, action: (argument: never) => Promise<void>): void => {
    keep(
      vscode.commands.registerCommand(name, async (argument: never) => {
        await attempt(log, async () => {
          await action(argument);
        });
      }),
    );
  };
  command('leti.train', async () => {
    await train(services, tasks);
    models.refresh();
  });
  command('leti.trainLonger', async (run: PageAddress) => {
    await trainLonger(services, tasks, run);
    models.refresh();
  });
  command('leti.resume', async (node: RunNode | PageAddress | undefined) => {
    await resume(services, isRun(node) ? node : pages.active);
    models.refresh();
  });
  command('leti.evaluate', async () => {
    await evaluate(services);
  });
  command('leti.findTasks', async () => {
    await findTasks(services, tasks);
  });
  command('leti.check', async (place: FunctionPlace | undefined) => {
    await checkUnderCursor(services, feedback, place);
  });
  command('leti.repair', async (place: FunctionPlace | undefined) => {
    await repair(services, repairs, place);
  });
  command('leti.repair.apply', async (uri: vscode.Uri | undefined) => {
    await repairs.apply(uri);
  });
  command('leti.repair.discard', async (uri: vscode.Uri | undefined) => {
    await repairs.discard(uri);
  });
  command('leti.cancelRun', async () => {
    live.cancel(pages.active?.run);
    return Promise.resolve();
  });
  command('leti.completeAndVerify', async () => {
    await completeAndVerify(services);
  });
  command('leti.completion.snooze', async () => {
    completion.snooze();
    return Promise.resolve();
  });
  command('leti.completion.toggle', async () => {
    await toggleCompletions();
  });
  command('leti.completion.showRecorded', async () => {
    await recorded.show(await places.chooseFolder());
  });
  command('leti.completion.deleteRecorded', async () => {
    await recorded.delete(await places.chooseFolder());
  });
  command('leti.showFeedback', async (text: string | undefined) => {
    await showFeedback(reports, text);
  });
  command('leti.openRun', async (node: RunNode | { run: string; workspace: string } | undefined) => {
    pages.open(await pickRun(services, node));
  });
  command('leti.deleteRun', async (node: RunNode | undefined) => {
    await deleteRun(services, node);
  });
  command('leti.exportRun', async (node: RunNode | undefined) => {
    await exportRun(services, node);
  });
  command('leti.promote', async (node: ModelNode | undefined) => {
    await promote(services, node);
  });
  command('leti.useRun', async (run: PageAddress) => {
    await useRun(services, run);
  });
  command('leti.rollBack', async (of: { workspace: string } | undefined) => {
    await rollBack(services, of);
  });
  command('leti.refresh', async () => {
    runs.refresh();
    models.refresh();
    tasks.refresh();
    return Promise.resolve();
  });
  command('leti.doctor', async () => {
    await doctor(services, reports);
  });
  command('leti.setEndpointKey', async () => {
    await setEndpointKey(services);
  });
  command('leti.installLauncher', async () => {
    await installLauncher(services);
  });
  command('leti.restart', async () => {
    await backend.stop();
    refreshRuns();
  });
  command('leti.openLog', async () => {
    log.show();
    return Promise.resolve();
  });
  keep(
    vscode.workspace.onDidChangeConfiguration((change) => {
      const changed = SETTING_NAMES.filter((name) => change.affectsConfiguration(`leti.${name}`));
      if (changed.length > 0) log.info(`Changed settings apply from the next command: ${changed.join(', ')}`);
      if (TOLD_TO_SERVER.some((name) => change.affectsConfiguration(`leti.${name}`))) tellOfCompletion();
    }),
  );
  if (vscode.workspace.isTrusted) offerToResume(services);
}

/** Whether an argument names a run. The title bar of a page passes its own. */
function isRun(node: RunNode | PageAddress | undefined): node is RunNode | PageAddress {
  return node !== undefined && ('summary' in node || 'run' in node);
}
