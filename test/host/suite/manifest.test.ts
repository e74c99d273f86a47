import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { RunStatus } from '../../../src/protocol/run.ts';
import { manifest } from './support.ts';

const root = process.env['LETI_ROOT'] ?? '';

/** The extension's own sources in one text. */
function sources(): string {
  const folder = path.join(root, 'src/extension');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
}

/** What trees call their items, as menus know them. */
function itemNames(): string[] {
  const assigned = [...sources().matchAll(/contextValue = ([^;]+);/g)].map(([, value]) => value ?? '');
  const names = assigned.flatMap((value) =>
    [...value.matchAll(/['`]([^'`]+)['`]/g)].map(([, name]) => name ?? ''),
  );
  return names.flatMap((name) =>
    name.includes('${') ? RunStatus.options.map((status) => name.replace(/\$\{[^}]+\}/, status)) : [name],
  );
}

describe('the manifest', () => {
  it('has menus only on items that trees make', () => {
    const names = itemNames();
    assert.ok(names.includes('run.finished') && names.includes('model'), names.join());
    const conditions = Object.values(manifest().contributes.menus).flat();
    const wanted = conditions.flatMap(({ when = '' }) => [
      ...[...when.matchAll(/viewItem == ([\w.]+)/g)].map(([, name]) => new RegExp(`^${name ?? ''}$`)),
      ...[...when.matchAll(/viewItem =~ \/((?:[^/\\]|\\.)+)\//g)].map(
        ([, source]) => new RegExp(source ?? ''),
      ),
    ]);
    assert.ok(wanted.length > 3);
    for (const pattern of wanted) {
      assert.ok(
        names.some((name) => pattern.test(name)),
        `nothing is ${pattern.source}`,
      );
    }
  });

  it('names in conditions only views that are declared', () => {
    const { menus, views } = manifest().contributes;
    const declared = new Set(views.leti.map(({ id }) => id));
    for (const { when = '' } of Object.values(menus).flat()) {
      for (const [, view] of when.matchAll(/view == ([\w.]+)/g)) assert.ok(declared.has(view ?? ''), view);
    }
  });

  it('links in welcome views and in the walkthrough to commands and settings that there are', async () => {
    const { viewsWelcome, walkthroughs, configuration } = manifest().contributes;
    const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const texts = [
      ...viewsWelcome.map(({ contents }) => contents),
      ...steps.map(({ description }) => description),
    ];
    const events = steps.flatMap(({ completionEvents }) => completionEvents);
    const known = new Set(await vscode.commands.getCommands(true));
    const links = texts.flatMap((text) => [...text.matchAll(/\(command:([\w.]+)(?:\?([^)]*))?\)/g)]);
    assert.ok(links.length > 8);
    const commands = [
      ...links.map(([, command]) => command ?? ''),
      ...events.flatMap((event) => /^onCommand:(.+)$/.exec(event)?.[1] ?? []),
    ];
    for (const command of commands) assert.ok(known.has(command), command);
    const declared = configuration.flatMap(({ properties }) => Object.keys(properties));
    const settings = [
      ...links.flatMap(([, , query]) =>
        query === undefined ? [] : (JSON.parse(decodeURIComponent(query)) as string[]),
      ),
      ...events.flatMap((event) => /^onSettingChanged:(.+)$/.exec(event)?.[1] ?? []),
    ];
    assert.ok(settings.length > 0);
    for (const setting of settings) assert.ok(declared.includes(setting), setting);
  });

  it('has a picture of its own for each step of the walkthrough', () => {
    const images = manifest().contributes.walkthroughs.flatMap(({ steps }) =>
      steps.map(({ media }) => media.image),
    );
    const contents = images.map((image) => readFileSync(path.join(root, image), 'base64'));
    assert.equal(new Set(contents).size, images.length, 'two steps show the same picture');
    const kept = readdirSync(path.join(root, 'media/walkthrough')).map((name) => `media/walkthrough/${name}`);
    assert.deepEqual(kept.sort(), images.sort());
    assert.ok(existsSync(path.join(root, 'media/activity.svg')));
  });
});
