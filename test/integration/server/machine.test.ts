import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import { BackendClient, refusal } from '../../support/backendClient.ts';
import { useFolder } from '../../support/folder.ts';
import { root, trainerPython } from '../../support/tinyRun.ts';

/** What the backend finds on the machine, and what it puts there. */
describe('the backend and its machine', function () {
  this.timeout(120_000);
  const folder = useFolder();
  let client: BackendClient;
  let place: { workspace: string; trainerPython: string };

  before(async () => {
    const workspace = path.join(folder(), 'workspace');
    mkdirSync(workspace);
    place = { workspace, trainerPython: trainerPython() };
    client = new BackendClient(path.join(folder(), 'home'));
    await client.initialize({ trusted: true });
  });

  after(async () => {
    assert.equal(await client.close(), 0);
  });

  it('says whether what training needs is there', async () => {
    assert.deepEqual(await client.ask(REQUESTS.needs, place), { interpreter: true, trainer: true });
    const { workspace } = place;
    const missing = { workspace, interpreter: '/nowhere/python' };
    // The environment of the tests names a trainer (LETI_TRAINER_PYTHON).
    assert.deepEqual(await client.ask(REQUESTS.needs, missing), { interpreter: false, trainer: true });
    const unnamed = new BackendClient(path.join(folder(), 'home4'), { LETI_TRAINER_PYTHON: '' });
    await unnamed.initialize({ trusted: true });
    assert.deepEqual(await unnamed.ask(REQUESTS.needs, missing), { interpreter: false, trainer: false });
    assert.equal(await unnamed.close(), 0);
  });

  it('takes no interpreter from an environment that was activated where the editor was started', async () => {
    const activated = path.join(folder(), 'activated');
    mkdirSync(path.join(activated, 'bin'), { recursive: true });
    symlinkSync(trainerPython(), path.join(activated, 'bin/python'));
    const outer = process.env['VIRTUAL_ENV'];
    process.env['VIRTUAL_ENV'] = activated;
    const other = new BackendClient(path.join(folder(), 'home3'));
    if (outer === undefined) delete process.env['VIRTUAL_ENV'];
    else process.env['VIRTUAL_ENV'] = outer;
    await other.initialize({ trusted: true });
    const [interpreter] = await other.ask(REQUESTS.doctor, place);
    assert.match(interpreter?.detail ?? '', /\(PATH\)$/);
    assert.equal(await other.close(), 0);
  });

  it('looks at what is needed, at the trainer that the user named too, and stops when it is told to', async () => {
    const findings = await client.ask(REQUESTS.doctor, place, () => undefined);
    const found = (what: string): (typeof findings)[number] | undefined =>
      findings.find((finding) => finding.what === what);
    assert.match(found('interpreter')?.detail ?? '', /CPython 3/);
    assert.match(found('sandbox tier')?.detail ?? '', /T[123]/);
    assert.match(found('trainer environment')?.detail ?? '', new RegExp(`^${trainerPython()}, CPython`));
    assert.ok(found('free disk') !== undefined);
    const other = await client.ask(REQUESTS.doctor, { ...place, trainerPython: '/nowhere/python' });
    const trainer = other.find(({ what }) => what === 'trainer environment');
    assert.equal(trainer?.ok, false);
    assert.match(trainer.detail, /does not run/);
    assert.match(commandLineStep(trainer.nextStep ?? []), /another one with `--trainer-python`/);
    assert.match(await refusal(client.askAndCancel(REQUESTS.doctor, place)), /cancelled/);
  });

  it('writes a launcher that runs it', async () => {
    const file = await client.ask(REQUESTS.installLauncher, { folder: path.join(folder(), 'bin') });
    const version = (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string })
      .version;
    assert.equal(execFileSync(file, ['--version'], { encoding: 'utf8' }).trim(), version);
    const blocked = path.join(folder(), 'a file');
    writeFileSync(blocked, '');
    const nowhere = client.ask(REQUESTS.installLauncher, { folder: path.join(blocked, 'no folder') });
    assert.match(await refusal(nowhere), /cannot be written.*folder that you may write to/);
    assert.match(
      await refusal(client.ask(REQUESTS.installLauncher, { folder: 'bin' })),
      /bin is not a full path/,
    );
    // Written once more after an update, but never over another program of that name.
    await client.ask(REQUESTS.installLauncher, { folder: path.join(folder(), 'bin') });
    const other = path.join(folder(), 'other');
    mkdirSync(other);
    writeFileSync(path.join(other, 'leti'), '#!/bin/sh\necho another program\n');
    const over = client.ask(REQUESTS.installLauncher, { folder: other });
    assert.match(await refusal(over), /exists and is not from LeTI/);
    assert.match(readFileSync(path.join(other, 'leti'), 'utf8'), /another program/);
  });
});
