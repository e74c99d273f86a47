import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { sampleUri } from '../../../src/extension/explorer/programs.ts';
import { folder, runs, until } from './support.ts';

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

  it('stops when the backend ends, and offers to resume', async () => {
    const trained = vscode.commands.executeCommand('leti.train');
    await acceptPlan(2);
    await vscode.commands.executeCommand('leti.restart');
    await trained;
    const stopped = await until('the run to be stopped', () =>
      runs().find(({ status }) => status === 'interrupted'),
    );
    await vscode.commands.executeCommand('leti.resume');
    assert.equal(runs().find(({ id }) => id === stopped.id)?.status, 'finished');
  });
});
