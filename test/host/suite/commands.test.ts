import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { SETTING_NAMES } from '../../../src/extension/config.ts';
import { backends, extension, manifest } from './support.ts';

describe('the extension', () => {
  it('is active without a backend: nothing was asked yet', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
    assert.deepEqual(backends(), []);
  });

  it('registers every command that the manifest declares, and no other', async () => {
    const registered = (await vscode.commands.getCommands(true)).filter((name) => /^leti\.\w+$/.test(name));
    // VS Code makes commands of its own for views.
    const views = new Set(manifest().contributes.views.leti.map(({ id }) => id));
    assert.deepEqual(
      registered.filter((name) => !views.has(name)).sort(),
      manifest()
        .contributes.commands.map(({ command }) => command)
        .sort(),
    );
  });

  it('names in menus and welcome views only what there is', () => {
    const { commands, views, menus, viewsWelcome } = manifest().contributes;
    const known = new Set(commands.map(({ command }) => command));
    for (const entries of Object.values(menus)) {
      for (const { command } of entries) assert.ok(known.has(command), command);
    }
    const shown = new Set(views.leti.map(({ id }) => id));
    for (const { view } of viewsWelcome) assert.ok(shown.has(view), view);
    for (const { title } of commands) assert.match(title, /^[A-Z]/, 'a title without its words');
  });

  it('declares the settings that it reads, no other, with the defaults of the command line', () => {
    const configuration = vscode.workspace.getConfiguration('leti');
    const declared = manifest().contributes.configuration.flatMap(({ properties }) =>
      Object.keys(properties),
    );
    assert.deepEqual(declared.sort(), SETTING_NAMES.map((name) => `leti.${name}`).sort());
    assert.ok(declared.length < 25);
    for (const [name, value] of Object.entries(DEFAULT_RUN)) {
      const known = configuration.inspect(name)?.defaultValue;
      if (declared.includes(`leti.${name}`)) assert.deepEqual(known, value, name);
    }
  });
});
