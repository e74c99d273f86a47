import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { z } from 'zod';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { SETTING_NAMES } from '../../../src/extension/config.ts';
import { backends, extension, folder, manifest, until } from './support.ts';

const Activation = z.object({ milliseconds: z.number() });

describe('the extension', () => {
  it('is there as soon as a Python file is opened, and starts no backend: nothing was asked yet', async () => {
    assert.equal(extension().isActive, false);
    const file = vscode.Uri.file(path.join(folder(), 'ops.py'));
    await vscode.window.showTextDocument(file);
    await until('activation by the Python file', () => extension().isActive);
    // Long enough for VS Code to ask what it shows beside a Python file.
    await sleep(2000);
    assert.deepEqual(backends(), []);
  });

  it('activates in little time', async () => {
    const { milliseconds } = Activation.parse(await extension().activate());
    console.log(`      activate() took ${milliseconds.toFixed(1)} ms`);
    assert.ok(milliseconds < 5000);
  });

  it('registers every command that the manifest declares, and no other', async () => {
    const registered = (await vscode.commands.getCommands(true)).filter((name) =>
      /^leti\.[\w.]+$/.test(name),
    );
    // VS Code makes commands of its own for views.
    const views = manifest().contributes.views.leti.map(({ id }) => id);
    assert.deepEqual(
      registered.filter((name) => !views.some((view) => name === view || name.startsWith(`${view}.`))).sort(),
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
    for (const [name, value] of Object.entries(DEFAULT_RUN)) {
      const known = configuration.inspect(name)?.defaultValue;
      if (declared.includes(`leti.${name}`)) assert.deepEqual(known, value, name);
    }
  });
});
