import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { explain } from '../../../src/extension/errors.ts';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import { folder, runs, setting, until, withServices } from './support.ts';

/** The Python of the PATH, by its own name. */
function realPython(): string {
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
}

describe('the interpreter', () => {
  it('ends a run when it is removed in the middle of it; the run is resumed when it is back', async function () {
    this.timeout(300_000);
    const python = path.join(folder(), '..', 'removed-python');
    symlinkSync(realPython(), python);
    const of = (run: string) => runs().find(({ id }) => id === run);
    await withServices(async ({ backend, places }) => {
      const uri = vscode.Uri.file(folder());
      const place = { ...(await places.place(uri)), interpreter: python };
      const start = { settings: places.runSettings(uri) };
      let run = '';
      const onEvent = (event: { event: string; run?: string }): void => {
        if (event.event !== 'run') return;
        run = event.run ?? '';
        rmSync(python);
      };
      const said = await backend
        .ask(REQUESTS.train, { ...place, start }, { onEvent })
        .then(() => 'it went on', explain);
      assert.match(
        said ?? '',
        /^The interpreter \S+removed-python is gone\. .*the setting `leti\.python`.*resume/,
      );
      assert.equal(of(run)?.status, 'failed');
      assert.match(of(run)?.error ?? '', /removed-python is gone/);
      const early = await backend
        .ask(REQUESTS.train, { ...place, start: { resume: run } })
        .then(() => 'it went on', explain);
      assert.match(early ?? '', /removed-python cannot be used/);
      symlinkSync(realPython(), python);
      await backend.ask(REQUESTS.train, { ...place, start: { resume: run } });
      assert.equal(of(run)?.status, 'finished');
    });
  });

  it('is the one that the setting names now: the next check runs in it', async () => {
    const own = (name: string): string => path.join(folder(), name);
    const environment = path.join(folder(), '..', 'other-environment');
    execFileSync(realPython(), ['-m', 'venv', '--without-pip', environment]);
    const python = path.join(environment, 'bin/python');
    const site = execFileSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
      encoding: 'utf8',
    }).trim();
    mkdirSync(site, { recursive: true });
    writeFileSync(path.join(site, 'only_there.py'), 'def third(x):\n    return x / 3\n');
    writeFileSync(
      own('third.py'),
      'def third(x):\n    import only_there\n\n    return only_there.third(x)\n',
    );
    writeFileSync(
      own('tests/test_third.py'),
      'import third\n\n\ndef test_third():\n    assert third.third(6) == 2\n',
    );
    const uri = vscode.Uri.file(own('third.py'));
    const shown = (): vscode.Diagnostic[] =>
      vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'leti');
    const check = async (): Promise<void> => {
      const editor = await vscode.window.showTextDocument(uri);
      editor.selection = new vscode.Selection(1, 0, 1, 0);
      await vscode.commands.executeCommand('leti.check');
    };
    try {
      await check();
      assert.deepEqual(
        shown().map(({ code }) => code),
        ['ModuleNotFoundError'],
      );
      await setting('python', python);
      await check();
      await until('its diagnostic to go', () => shown().length === 0);
      await setting('python', undefined);
      await check();
      assert.equal(shown().length, 1);
    } finally {
      await setting('python', undefined);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      for (const name of ['third.py', 'tests/test_third.py']) rmSync(own(name));
      rmSync(environment, { recursive: true });
    }
  });
});
