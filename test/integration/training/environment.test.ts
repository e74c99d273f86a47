import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import { ensureTrainerEnvironment, type EnvironmentOptions } from '../../../src/training/environment.ts';

describe('the trainer environment', function () {
  this.timeout(120_000);
  let folder: string;
  let home: string;
  const told: string[] = [];

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-environment-'));
    home = path.join(folder, 'home');
    requirements('empty', '# nothing to fetch\n');
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function requirements(name: string, lock: string): string {
    const target = path.join(folder, name);
    mkdirSync(target, { recursive: true });
    writeFileSync(path.join(target, 'trainer.txt'), lock);
    writeFileSync(path.join(target, 'default-model.txt'), '# nothing to fetch\n');
    return target;
  }

  function options(parts: Partial<EnvironmentOptions> = {}): EnvironmentOptions {
    told.length = 0;
    return {
      home,
      device: 'cpu',
      env: { ...process.env, PIP_RETRIES: '0', PIP_DEFAULT_TIMEOUT: '2' },
      signal: new AbortController().signal,
      onProgress: (detail) => told.push(detail),
      requirements: path.join(folder, 'empty'),
      ...parts,
    };
  }

  it('is made once and found afterwards', async () => {
    const made = await ensureTrainerEnvironment(options());
    assert.ok(existsSync(made.python));
    assert.ok(told.length > 0);
    assert.deepEqual(await ensureTrainerEnvironment(options()), made);
    assert.deepEqual(told, []);
  });

  it('that was left half made is made anew', async () => {
    const { folder: made } = await ensureTrainerEnvironment(options());
    assert.ok(made !== undefined);
    rmSync(path.join(made, 'leti-environment.json'));
    rmSync(path.join(made, 'bin'), { recursive: true });
    const { python } = await ensureTrainerEnvironment(options());
    assert.ok(existsSync(python));
    assert.ok(told.includes('the trainer environment is ready'));
  });

  it('is made by one process while others wait', async () => {
    const other = path.join(folder, 'other-home');
    const found = await Promise.all([1, 2].map(() => ensureTrainerEnvironment(options({ home: other }))));
    assert.deepEqual(found[0], found[1]);
    assert.equal(told.filter((text) => text.includes('is ready')).length, 1);
    assert.ok(told.some((text) => text.includes('waiting for another')));
  });

  it('cannot be made without a network, and says so', async () => {
    const needy = requirements('needy', 'a-package-of-the-network==1.0\n');
    const env = {
      ...options().env,
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_NO_INDEX: '',
      PIP_FIND_LINKS: '',
    };
    await assert.rejects(ensureTrainerEnvironment(options({ requirements: needy, env })), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /packages could not be fetched/);
      assert.match(commandLineStep(error.nextStep), /network/);
      return true;
    });
    // What is there is not taken for an environment.
    await assert.rejects(ensureTrainerEnvironment(options({ requirements: needy, env })), UserError);
  });

  it('is not made by a Python that is too old or none, and says so', async () => {
    const env = { PATH: '/nowhere' };
    const unmade = path.join(folder, 'no-python-home');
    await assert.rejects(ensureTrainerEnvironment(options({ home: unmade, env })), /No CPython 3\.10 to/);
    await assert.rejects(
      ensureTrainerEnvironment(options({ explicit: '/nowhere/python' })),
      /\/nowhere\/python does not run/,
    );
  });

  it('is given up when the user cancels, and nothing passes for whole', async () => {
    const cancelled = path.join(folder, 'cancelled-home');
    const controller = new AbortController();
    const making = ensureTrainerEnvironment(
      options({
        home: cancelled,
        signal: controller.signal,
        onProgress: () => {
          setTimeout(() => {
            controller.abort();
          }, 300);
        },
      }),
    );
    await assert.rejects(making, InterruptedError);
    const left = readdirSync(path.join(cancelled, 'environments'), { recursive: true }).map(String);
    assert.ok(!left.some((name) => name.endsWith('leti-environment.json')));
  });
});
