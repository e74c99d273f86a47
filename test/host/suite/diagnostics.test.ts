import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { folder, until } from './support.ts';

describe('feedback in the Problems panel', () => {
  const file = (): vscode.Uri => vscode.Uri.file(path.join(folder(), 'broken.py'));
  const shown = (): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(file()).filter(({ source }) => source === 'leti');

  it('stands at the line that failed, with the check that said so', async () => {
    const editor = await vscode.window.showTextDocument(file());
    editor.selection = new vscode.Selection(1, 0, 1, 0);
    await vscode.commands.executeCommand('leti.check');
    const [diagnostic] = shown();
    assert.ok(diagnostic !== undefined);
    assert.equal(diagnostic.code, 'NameError');
    assert.equal(diagnostic.range.start.line, 3);
    assert.match(diagnostic.message, /name 'z' is not defined/);
    const related = diagnostic.relatedInformation?.[0];
    assert.match(related?.message ?? '', /test_half|half\(4\) == 2/);
    assert.equal(related?.location.uri.fsPath, path.join(folder(), 'tests/test_broken.py'));
    assert.equal(related.location.range.start.line, 3, 'where the failing test is defined');
  });

  it('offers to show the whole feedback', async () => {
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      file(),
      new vscode.Range(3, 0, 3, 5),
    );
    const action = actions.find(({ title }) => title === 'Show feedback');
    assert.ok(action?.command !== undefined);
    const [text] = action.command.arguments as [string];
    await vscode.commands.executeCommand(action.command.command, text);
    const opened = await until('the feedback', () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'leti-report'),
    );
    assert.match(opened.getText(), /NameError/);
    assert.equal(opened.isUntitled, false, 'nobody asks to save it');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('goes with the next edit', async () => {
    const editor = await vscode.window.showTextDocument(file());
    await editor.edit((edit) => {
      edit.replace(new vscode.Range(3, 11, 3, 12), 'y');
    });
    assert.deepEqual(shown(), []);
    editor.selection = new vscode.Selection(3, 0, 3, 0);
    // The check saves the file first: it runs on what is on disk.
    await vscode.commands.executeCommand('leti.check');
    assert.deepEqual(shown(), []);
    assert.equal(editor.document.isDirty, false);
  });
});
