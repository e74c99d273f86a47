import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Sample } from '../../../src/protocol/run.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { fakeFixture } from '../../support/fakeTrainer.ts';
import { tinyTasks, TRAIN, trainTiny, type Fixture } from '../../support/tinyRun.ts';

/** Its checks are no Python, so each of its programs is a `harness_error`. */
const BROKEN = 'tiny/negate';
/** Their checks run beside their programs. */
const BESIDE = ['tiny/double', 'tiny/square'];

describe('what a round trains on', function () {
  this.timeout(300_000);
  let folder: string;
  let fixture: Fixture;
  let home: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-usable-'));
    home = path.join(folder, 'home');
    const { fixture: tiny } = fakeFixture(folder);
    const tasks = path.join(folder, 'odd.jsonl');
    fixture = { ...tiny, tasks };
    writeFileSync(
      tasks,
      tinyTasks(TRAIN)
        .map((task) => JSON.stringify(odd(task)) + '\n')
        .join(''),
    );
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Trains with every objective's appetite for failures, and gives its samples and the tasks of its training texts. */
  async function train(...more: string[]): Promise<{ samples: Sample[]; trained: string[][] }> {
    const run = trainTiny(fixture, home, ['--objective', 'fcft', ...more]);
    assert.deepEqual(await run.ended, { code: 0, signal: null }, run.stderr);
    const files = workspaceFiles(fixture.workspace, { LETI_HOME: home });
    const store = new RunStore(files.store);
    try {
      const { id, config } = store.runs()[0] ?? assert.fail('no run');
      const rounds = Array.from({ length: config.rounds }, (_, index) => index + 1);
      return {
        samples: store.samples(id, 'sample/1'),
        trained: rounds.map((round) => tasksOf(path.join(files.run(id), `round-${round}`, 'examples.jsonl'))),
      };
    } finally {
      store.close();
    }
  }

  it('leaves out programs that it could not judge, and takes those judged beside their checks', async () => {
    const { samples, trained } = await train();
    const broken = samples.filter(({ taskId }) => taskId === BROKEN);
    assert.deepEqual([...new Set(broken.map(({ verdict }) => verdict))], ['harness_error']);
    const [texts = []] = trained;
    assert.ok(!texts.includes(BROKEN) && BESIDE.some((task) => texts.includes(task)), texts.join());
  });

  it('leaves out those judged beside their checks where only sealed verdicts count, in later rounds too', async () => {
    const { samples, trained } = await train('--sealed-only', '--rounds', '2');
    const passed = samples.filter(({ taskId, verdict }) => BESIDE.includes(taskId) && verdict === 'passed');
    assert.ok(passed.length > 0, 'nothing that a second round could train on again');
    assert.ok(passed.every(({ sealed }) => !sealed));
    assert.equal(trained.length, 2);
    for (const texts of trained) {
      assert.ok(texts.length > 0 && ![BROKEN, ...BESIDE].some((task) => texts.includes(task)), texts.join());
    }
  });
});

function odd(task: Task): Task {
  if (task.id === BROKEN) return { ...task, checks: [{ kind: 'statements', source: 'assert (' }] };
  return BESIDE.includes(task.id) ? { ...task, sealable: false } : task;
}

/** The tasks whose programs a file of training texts holds; plain source has none. */
function tasksOf(file: string): string[] {
  const ids = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  return [...new Set(ids.flatMap((id) => /^(.*)#\d+\.\d+/.exec(id)?.[1] ?? []))];
}
