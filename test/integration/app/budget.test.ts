import assert from 'node:assert/strict';
import path from 'node:path';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { fakeFixture, type FakeTrainer } from '../../support/fakeTrainer.ts';
import { useFolder } from '../../support/folder.ts';
import { LetiProcess, type Fixture } from '../../support/tinyRun.ts';

/** `leti train --minutes`, with a trainer that computes nothing. */
describe('a run with a time', function () {
  this.timeout(120_000);
  const folder = useFolder();
  let fixture: Fixture;
  let trainer: FakeTrainer;
  let home: string;

  before(() => {
    ({ fixture, trainer } = fakeFixture(folder()));
    home = path.join(folder(), 'home');
  });

  function train(options: readonly string[], onEvent?: ConstructorParameters<typeof LetiProcess>[2]) {
    const { workspace, tasks, heldOut, model } = fixture;
    const files = ['--tasks', tasks, '--held-out', heldOut, '--model', model, '--json'];
    const args = ['train', workspace, ...files, '--trainer-python', trainer.python, ...options];
    return new LetiProcess(args, home, onEvent);
  }

  it('decides rounds and programs once, and keeps to them when it is resumed', async () => {
    let sent = false;
    trainer.holdAt('sample', 4);
    const killed = train(['--minutes', '2'], ({ event, phase, done }, { child }) => {
      if (sent || event !== 'progress' || phase !== 'sample/1' || Number(done) < 3) return;
      sent = true;
      child.kill('SIGINT');
    });
    assert.equal((await killed.ended).code, 130, killed.stderr);
    trainer.release();
    const store = new RunStore(workspaceFiles(fixture.workspace, { LETI_HOME: home }).store);
    try {
      const before = store.runs()[0];
      assert.ok(before !== undefined);
      assert.equal(before.config.minutes, 2);
      assert.ok((store.activeSeconds(before.id) ?? 0) > 0);
      const resumed = train(['--resume', 'last']);
      assert.equal((await resumed.ended).code, 0, resumed.stderr);
      const { rounds, samples } = before.config;
      const after = store.run(before.id);
      assert.deepEqual(
        [after?.status, after?.config.rounds, after?.config.samples],
        ['finished', rounds, samples],
      );
      const firstRound = store.samples(before.id, 'sample/1');
      assert.ok(firstRound.length >= 5 * 2 && firstRound.length % 5 === 0, 'as many programs for each task');
      assert.ok(store.stages(before.id).includes('amount/1'));
    } finally {
      store.close();
    }
  });

  it('takes no other amount of work beside it', async () => {
    const refused = train(['--minutes', '5', '--samples', '4']);
    assert.equal((await refused.ended).code, 2);
    assert.match(refused.stderr, /--minutes.*cannot be used with.*--samples/);
  });
});
