import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ArmResult } from '../../../src/protocol/experiment.ts';
import { TrainingRecord } from '../../../src/protocol/run.ts';
import { stages } from '../../../src/app/runs/stages.ts';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { useFolder } from '../../support/folder.ts';
import { LetiProcess, tinyFixture, trainerPython } from '../../support/tinyRun.ts';

describe('the weights that a second round begins with', function () {
  this.timeout(300_000);
  const folder = useFolder();

  it('are the newest or the first, with the same programs to learn from', async () => {
    const { model } = tinyFixture(folder());
    const file = path.join(folder(), 'two.json');
    const out = path.join(folder(), 'results');
    writeFileSync(
      file,
      JSON.stringify({
        ...{ format: 1, question: 'From where?', model, tasks: 'train.jsonl', validation: 'held-out.jsonl' },
        ...{ rounds: 2, samples: 4, validationSamples: 1, seeds: [1] },
        settings: { mix: 0, training: { steps: 1 } },
        arms: {
          newest: { objective: 'rejection' },
          first: { objective: 'rejection', trainFrom: 'first' },
        },
      }),
    );
    const home = path.join(folder(), 'home');
    const workbench = new LetiProcess(
      ['bench', file, '--json', '--out', out, '--trainer-python', trainerPython()],
      home,
    );
    assert.deepEqual(await workbench.ended, { code: 0, signal: null }, workbench.stderr);
    const results = z
      .array(ArmResult)
      .parse(JSON.parse(readFileSync(path.join(out, 'results.json'), 'utf8')));
    const files = workspaceFiles(out, { LETI_HOME: home });
    const store = new RunStore(files.store);
    const trained = results.map(({ arm, run }) => {
      const [one, two] = [1, 2].map((round) => store.stage(run, stages.train(round), TrainingRecord)?.model);
      const texts = readFileSync(path.join(files.run(run), 'round-2', 'examples.jsonl'), 'utf8');
      return { arm, one, two, texts };
    });
    store.close();
    const [newest, first] = trained;
    assert.ok(newest !== undefined && first !== undefined);
    assert.equal(first.one, newest.one, 'a first round has one place to begin');
    assert.equal(first.texts, newest.texts);
    assert.notEqual(first.two, newest.two);
  });
});
