import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { train } from '../../../src/extension/commands/train.ts';
import { findTasks } from '../../../src/extension/commands/tasks.ts';
import { explain } from '../../../src/extension/errors.ts';
import { sampleUri } from '../../../src/extension/explorer/programs.ts';
import { TasksTree } from '../../../src/extension/explorer/tasksTree.ts';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import { folder, instead, memory, runs, setting, withServices } from './support.ts';

/** Presses Enter in the plan, whose first row starts, until the run is on record. */
async function acceptPlan(count: number): Promise<void> {
  for (let tries = 0; runs().length < count; tries++) {
    assert.ok(tries < 100, 'the plan was never shown');
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await sleep(1500);
  }
}

describe('LeTI: Train on workspace tasks', function () {
  // Minutes on a machine that is busy with other things.
  this.timeout(300_000);

  it('shows the plan, trains, and stores a run that the command line sees', async () => {
    const trained = vscode.commands.executeCommand('leti.train');
    await acceptPlan(1);
    await trained;
    const [run] = runs();
    assert.equal(run?.status, 'finished');
    assert.ok(run.now !== undefined && run.now.samples > 0);
  });

  it('opens a program of the run as a read-only document', async () => {
    const [run] = runs();
    assert.ok(run !== undefined);
    const uri = sampleUri({
      workspace: folder(),
      run: run.id,
      stage: 'sample/1',
      task: 'ops.py:double',
      sample: 0,
    });
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.languageId, 'python');
    assert.match(document.getText(), /^def double\(x\):\n[^]*\n# /);
    assert.equal(vscode.workspace.fs.isWritableFileSystem('leti'), undefined);
  });

  it('shows tasks with weak checks, and functions that cannot be tasks, with their reasons', async () => {
    const file = vscode.Uri.file(path.join(folder(), 'loose.py'));
    const source = [
      'def is_three(x):\n    """\n    >>> is_three(3)\n    True\n    """\n    return x == 3',
      'def forgotten(x):\n    return x + 1\n',
    ].join('\n');
    await vscode.workspace.fs.writeFile(file, Buffer.from(source));
    try {
      await withServices(async (services) => {
        const tree = new TasksTree(services);
        await findTasks(services, tree);
        const files = await tree.getChildren();
        const loose = files.find((node) => node.kind === 'file' && node.path === 'loose.py');
        assert.ok(loose !== undefined);
        const [node] = await tree.getChildren(loose);
        assert.ok(node?.kind === 'workspaceTask' && 'reason' in node.task);
        const { description, tooltip } = tree.getTreeItem(node);
        assert.equal(description, 'weak checks, not used for training');
        assert.ok(typeof tooltip === 'string');
        assert.match(
          tooltip,
          /is_three: 1 check from doctests; its checks pass on a body that is only `return True`/,
        );
        const leftOut = files.find((one) => one.kind === 'leftOut');
        const dropped = await tree.getChildren(leftOut ?? assert.fail('nothing is left out'));
        const forgotten = dropped
          .map((one) => tree.getTreeItem(one))
          .find(({ label }) => label === 'loose.py:forgotten');
        assert.equal(forgotten?.description, 'no test uses it and it has no doctest');
        tree.dispose();
        // As after a reload of the window.
        const next = new TasksTree(services);
        const labels = async (): Promise<unknown[]> =>
          (await next.getChildren()).map((one) => next.getTreeItem(one).description);
        assert.deepEqual(
          await labels(),
          files.map((one) => tree.getTreeItem(one).description),
        );
        await next.forgetFolders([folder()]);
        assert.deepEqual(await labels(), []);
        next.dispose();
      });
    } finally {
      await vscode.workspace.fs.delete(file);
    }
  });

  it('stops when the backend ends, and offers to resume', async () => {
    // So many programs are not written before the backend ends, however busy the machine is.
    await setting('samples', 50);
    try {
      const trained = vscode.commands.executeCommand('leti.train');
      await acceptPlan(2);
      await vscode.commands.executeCommand('leti.restart');
      await trained;
    } finally {
      await setting('samples', 4);
    }
    const [stopped] = runs();
    assert.equal(stopped?.status, 'interrupted');
    await vscode.commands.executeCommand('leti.resume');
    assert.equal(runs().find(({ id }) => id === stopped.id)?.status, 'finished');
  });

  it('starts from the model that was picked in the plan, which says so, and remembers it', async () => {
    await withServices(async (services) => {
      const { entries, context } = memory();
      Object.assign(services, { context });
      const models = await services.backend.ask(REQUESTS.models, { workspace: folder() });
      const wanted = models.find(({ record }) => record.name.endsWith('LeTI round 1'));
      assert.ok(wanted !== undefined);
      /** The description of the plan's row about the model, each time that it was shown. */
      const seen: (string | undefined)[] = [];
      const pick = (rows: readonly (vscode.QuickPickItem & { does?: string; model?: string })[]) => {
        const about = rows.find(({ does }) => does === 'model');
        if (about === undefined) return Promise.resolve(rows.find(({ model }) => model === wanted.hash));
        seen.push(about.description);
        return Promise.resolve(seen.length === 1 ? about : rows.find(({ does }) => does === 'start'));
      };
      const stop = new vscode.CancellationTokenSource();
      services.live.onChanged(({ event }) => {
        if (event?.event === 'run') stop.cancel();
      });
      const withProgress = (
        _options: object,
        work: (progress: object, token: vscode.CancellationToken) => Promise<unknown>,
      ): Promise<unknown> => work({ report: () => undefined }, stop.token);
      const tree = new TasksTree(services);
      const said = await instead(vscode.window, 'showQuickPick', pick, () =>
        instead(vscode.window, 'withProgress', withProgress, () =>
          train(services, tree).then(() => 'it ended', explain),
        ),
      );
      tree.dispose();
      assert.equal(said, undefined, 'it was cancelled once it was on record');
      assert.equal(seen[0], 'model');
      assert.match(seen[1] ?? '', /^round 1 of .*\d{4}.* · \d+\.\d %/);
      const remembered = [...entries].filter(([key]) => key.startsWith('answers:'));
      assert.deepEqual(
        remembered.map(([, answers]) => answers),
        [{ model: wanted.hash }],
      );
      const [run] = runs();
      assert.ok(run !== undefined);
      assert.deepEqual([run.model, run.status], [wanted.hash, 'interrupted']);
      await services.backend.ask(REQUESTS.deleteRun, { workspace: folder(), run: run.id });
    });
  });
});
