import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { StoredRuns } from '../../src/app/runs/storedRuns.ts';
import { testEnvironment, testInterpreter } from '../support/executor.ts';
import { useFolder } from '../support/folder.ts';
import {
  assertSameNumbers,
  HOME,
  inPackagedExtension,
  MINUTES,
  trainFromCommandLine,
  trainFromPalette,
} from './packaged.ts';
import { SMALLEST_MODEL } from '../support/tinyRun.ts';

const PROJECT = 'parse==1.22.4';
/** Few programs: what is shown is that a run on such tasks finishes, not what it learns. */
const SAMPLES = 2;

/** Somebody else's project, as its source distribution has it, with the smallest model. */
describe('a project from the package index', function () {
  this.timeout(60 * MINUTES);
  const folder = useFolder();
  let workspace: string;
  let python: string;

  before(async () => {
    const downloads = folder();
    const download = '-m pip download --quiet --no-deps --no-binary :all: -d'.split(' ');
    execFileSync(await testInterpreter(), [...download, downloads, PROJECT], { stdio: 'inherit' });
    const [archive] = readdirSync(downloads);
    execFileSync('tar', ['xf', path.join(downloads, archive ?? ''), '-C', downloads]);
    workspace = path.join(downloads, (archive ?? '').replace(/\.tar\.gz$/, ''));
    python = await testEnvironment(path.join(downloads, 'venv'), { tools: true });
  });

  it('is trained on from the command line and from the palette, on the same tasks', async () => {
    const samples = String(SAMPLES);
    const options = ['--python', python, '--run-tests', '--samples', samples, '--model', SMALLEST_MODEL];
    trainFromCommandLine(workspace, options);
    const settings = {
      'leti.model': SMALLEST_MODEL,
      'leti.python': python,
      'leti.runTests': true,
      'leti.samples': SAMPLES,
    };
    await inPackagedExtension(workspace, settings, async (user) => {
      await trainFromPalette(user, 1);
    });
    assertSameNumbers(workspace);
    const [asked] = new StoredRuns(workspace, { LETI_HOME: HOME })
      .detail('last')
      .stages.filter(({ stage }) => stage === 'sample/1');
    assert.ok((asked?.samples ?? 0) >= 10 * SAMPLES, 'it has tasks');
  });
});
