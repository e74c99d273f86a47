import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { reportText } from '../../../src/cli/text.ts';
import type { RecordedCompletion } from '../../../src/protocol/recordedCompletion.ts';
import { StoredRuns } from '../../../src/app/runs/storedRuns.ts';
import { RecordedCompletions } from '../../../src/app/recordedCompletions.ts';
import { workspaceFiles, type WorkspaceFiles } from '../../../src/app/folders.ts';
import { hostWorkspace } from '../../host/workspace.ts';
import { FakeTrainer } from '../../support/fakeTrainer.ts';
import { tinyExports } from '../../support/tinyExports.ts';
import { LetiProcess } from '../../support/tinyRun.ts';
import { used } from '../../support/recorded.ts';

/** For each function a right body that the tiny model does not write. */
const RIGHT: Readonly<Record<string, string>> = {
  add_one: 'return x + 1 + 0',
  double: 'return x * 2 + 0',
  square: 'return x * x + 0',
  negate: 'return 0 - x',
  same: 'return x + 0',
  minus_one: 'return x - 1 + 0',
};
const NAMES = Object.keys(RIGHT);

describe('completions as samples of a round', function () {
  this.timeout(300_000);
  let folder: string;
  let workspace: string;
  let model: string;
  let trainer: FakeTrainer;
  let files: WorkspaceFiles;
  let env: NodeJS.ProcessEnv;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-use-'));
    const host = hostWorkspace(folder);
    workspace = host.workspace;
    model = String(host.settings['leti.model']);
    trainer = new FakeTrainer(path.join(folder, 'trainer'));
    trainer.exportsAs(model, tinyExports(model));
    env = { LETI_HOME: path.join(folder, 'home') };
    files = workspaceFiles(workspace, env);
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function leti(...args: string[]): Promise<LetiProcess> {
    const process = new LetiProcess([...args, '--json'], path.join(folder, 'home'));
    assert.equal((await process.ended).code, 0, process.stderr);
    return process;
  }

  /** What was shown for a function; the header is as the workspace has it. */
  const shownFor = (name: string, body: string): RecordedCompletion =>
    used({
      id: `${name} ${body}`,
      function: name,
      shown: body,
      source: `def ${name}(x):\n    """${name.replace('_', ' ')}"""\n    ${body}\n`,
    });

  it('are run for the tasks to train on and for no other, once each, and are trained on', async () => {
    const uses = new RecordedCompletions(files);
    for (const name of NAMES) {
      uses.record(shownFor(name, 'return x * 7 + 41'));
      // The same program, differently laid out.
      uses.record(shownFor(name, 'return (x * 7) + 41'));
      uses.record(shownFor(name, 'return never_defined'));
      uses.record(shownFor(name, RIGHT[name] ?? ''));
    }
    uses.record({ ...shownFor('add_one', 'return 99'), id: 'other file', path: 'broken.py' });
    uses.record({
      ...shownFor('add_one', 'return 98'),
      id: 'other header',
      source: 'def add_one(y):\n    1',
    });
    await leti(
      ...['train', workspace, '--model', model, '--samples', '2'],
      ...['--held-out-samples', '1', '--epochs', '1', '--batch', '4'],
      ...['--objective', 'rejection', '--trainer-python', trainer.python],
    );

    const runs = new StoredRuns(workspace, env);
    const histories = runs.histories('last');
    const sides = (side: string): string[] =>
      histories.filter((history) => history.side === side).map(({ id }) => id);
    assert.ok(sides('held-out').length > 0 && sides('train').length > 0);
    const shown = sides('train').flatMap(
      (id) => runs.task('last', id).stages.find(({ stage }) => stage === 'use/1')?.samples ?? [],
    );
    assert.deepEqual(
      new Set(shown.map(({ taskId, decoded, verdict }) => `${taskId} ${decoded} ${verdict}`)),
      new Set(
        sides('train').flatMap((id) => [
          `${id} return x * 7 + 41 failed`,
          `${id} return never_defined error`,
          `${id} ${RIGHT[id.split(':')[1] ?? ''] ?? ''} passed`,
        ]),
      ),
    );
    assert.equal(shown.length, 3 * sides('train').length);
    assert.match(shown.find(({ verdict }) => verdict === 'error')?.feedback ?? '', /^NameError/);
    for (const id of sides('held-out')) {
      assert.ok(runs.task('last', id).stages.every(({ stage }) => stage !== 'use/1'));
    }

    const { report, summary } = runs.detail('last');
    const texts = readFileSync(path.join(files.run(summary.id), 'round-1', 'examples.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    const learnt = texts.filter(({ id }) => id.includes('#use/1.'));
    assert.ok(learnt.length > 0);
    assert.equal(report.trainings[0]?.used, learnt.length);
    for (const id of sides('held-out')) assert.ok(learnt.every((text) => !text.id.startsWith(`${id}#`)));
    assert.match(reportText(report, undefined, undefined), /Also trained on \d+ recorded completions?/);
  });

  it('are shown and deleted on the command line', async () => {
    const [shown] = (await leti('completions', 'show', '--workspace', workspace)).events;
    assert.equal((shown?.['completions'] as unknown[]).length, 4 * NAMES.length + 2);
    await leti('completions', 'delete', '--workspace', workspace);
    const [after] = (await leti('completions', '--workspace', workspace)).events;
    assert.deepEqual(after, { event: 'completions', completions: [] });
  });
});
