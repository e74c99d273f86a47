import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import { ensureTrainerEnvironment, type EnvironmentOptions } from '../../../src/training/environment.ts';

/** The file that says that an environment is whole. */
const MARK = 'leti-environment.json';

/** The marks of the environments that pass for whole. */
function madeIn(home: string): string[] {
  const left = readdirSync(path.join(home, 'environments'), { recursive: true }).map(String);
  return left.filter((name) => path.basename(name) === MARK);
}

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

  it('is made by one process while others wait, and found afterwards', async () => {
    const [made, other] = await Promise.all([1, 2].map(() => ensureTrainerEnvironment(options())));
    assert.ok(made !== undefined && existsSync(made.python));
    assert.deepEqual(other, made);
    assert.equal(told.filter((text) => text.includes('is ready')).length, 1);
    assert.ok(told.some((text) => text.includes('waiting for another')));
    assert.deepEqual(await ensureTrainerEnvironment(options()), made);
    assert.deepEqual(told, []);
  });

  it('that was left half made is made anew', async () => {
    const { folder: made } = await ensureTrainerEnvironment(options());
    assert.ok(made !== undefined);
    rmSync(path.join(made, MARK));
    rmSync(path.join(made, 'bin'), { recursive: true });
    const { python } = await ensureTrainerEnvironment(options());
    assert.ok(existsSync(python));
    assert.ok(told.includes('the trainer environment is ready'));
  });

  it('cannot be made without a network, and says so', async () => {
    const whole = await ensureTrainerEnvironment(options());
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
    assert.deepEqual(madeIn(home), [path.join(path.basename(whole.folder ?? ''), MARK)]);
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
    assert.deepEqual(madeIn(cancelled), []);
  });
});
