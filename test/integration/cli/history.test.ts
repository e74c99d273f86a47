import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Task, TaskOrigin } from '../../../src/protocol/task.ts';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { GitRepository, stateOf } from '../../support/gitRepository.ts';
import { fakeFixture } from '../../support/fakeTrainer.ts';
import { LetiProcess } from '../../support/tinyRun.ts';

type Event = Record<string, unknown>;

describe('tasks of commits on the command line', function () {
  this.timeout(240_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-cli-history-'));
  const home = path.join(folder, 'home');
  let repository: GitRepository;
  let state: Record<string, unknown>;
  let times: number[];

  before(() => {
    repository = new GitRepository(mkdtempSync(path.join(folder, 'repository-')));
    // Each commit fixes one function, in a way of its own, and brings the test.
    const bodies = ['x + 1', '[x] * 3', '"%s!" % x', '(x, x)', '{x: 2}', 'max(x, 9)'];
    repository.commit(
      Object.fromEntries(bodies.map((_, index) => [`m${index}.py`, `def f${index}(x):\n    return None\n`])),
    );
    const fixes = bodies.map((body, index) =>
      repository.commit({
        [`m${index}.py`]: `def f${index}(x):\n    return ${body}\n`,
        [`test_m${index}.py`]: `from m${index} import f${index}\ndef test_f():\n    x = 5\n    assert f${index}(x) == (${body})\n`,
      }),
    );
    times = fixes.map(({ time }) => time);
    repository.commit(Object.fromEntries(bodies.map((_, index) => [`m${index}.py`, null])));
    state = stateOf(repository);
  });
  after(() => {
    assert.deepEqual(stateOf(repository), state, 'the repository was changed');
    rmSync(folder, { recursive: true, force: true });
  });

  const last = async (args: string[], code = 0): Promise<Event> => {
    const leti = new LetiProcess([...args, '--json'], home);
    assert.equal((await leti.ended).code, code, leti.stderr);
    return leti.events.at(-1) ?? {};
  };
  const linesOf = (file: string): unknown[] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('are listed when they are asked for, of as many commits as are asked for', async () => {
    const listed = async (...args: string[]): Promise<string[]> => {
      const { tasks } = (await last(['tasks', 'list', repository.folder, ...args])) as { tasks: Event[] };
      return tasks.map(({ name }) => String(name));
    };
    assert.deepEqual(await listed(), []);
    assert.deepEqual((await listed('--history')).sort(), ['f0', 'f1', 'f2', 'f3', 'f4', 'f5']);
    assert.deepEqual((await listed('--history', '--commits', '3')).sort(), ['f4', 'f5']);
    const text = new LetiProcess(['tasks', 'list', repository.folder, '--history'], home, undefined, true);
    await text.ended;
    assert.match(text.stdout, /m3\.py:f3@[0-9a-f]{12} {2}\(1 check from a commit\)/);
  });

  it('are exported whole, or named by their commits, and are made again from that', async () => {
    const [whole, specs, again] = ['whole', 'specs', 'again'].map((name) =>
      path.join(folder, `${name}.jsonl`),
    );
    await last(['tasks', 'export', repository.folder, '--history', '--out', whole!]);
    const named = await last(['tasks', 'export', repository.folder, '--specs', '--out', specs!]);
    assert.equal(named['tasks'], 6);
    const origins = linesOf(specs!).map((line) => TaskOrigin.parse(line));
    assert.doesNotMatch(readFileSync(specs!, 'utf8'), /def |return/);
    const back = await last(['tasks', 'import', specs!, '--workspace', repository.folder, '--out', again!]);
    assert.deepEqual(back['dropped'], []);
    assert.deepEqual(linesOf(again!), linesOf(whole!));

    const [first, second, third] = origins;
    writeFileSync(
      specs!,
      [
        { ...first, hash: '0' },
        { ...second, commit: '0'.repeat(40) },
        { ...third, name: 'other' },
        origins[3],
      ]
        .map((line) => JSON.stringify(line) + '\n')
        .join(''),
    );
    const partly = await last(['tasks', 'import', specs!, '--workspace', repository.folder, '--out', again!]);
    assert.equal(partly['tasks'], 1);
    assert.deepEqual(
      (partly['dropped'] as Event[]).map(({ reason }) => reason),
      [
        'its body has another hash',
        'git cannot read the commit',
        'the commit did not change this function together with a test',
      ],
    );
    const refused = new LetiProcess(['execute', '--tasks', specs!, '--samples', specs!, '--json'], home);
    assert.equal((await refused.ended).code, 2);
    assert.match(refused.stderr, /names a task by its commit/);
  });

  it('are refused with a next step where there is no repository', async () => {
    const plain = mkdtempSync(path.join(folder, 'plain-'));
    const leti = new LetiProcess(['tasks', 'list', plain, '--history'], home, undefined, true);
    assert.notEqual((await leti.ended).code, 0);
    assert.match(leti.stderr, /is not in a git repository/);
  });

  it('are trained on, but for the newest, which are held out', async () => {
    const { fixture, trainer } = fakeFixture(folder);
    const leti = new LetiProcess(
      [
        ...['train', repository.folder, '--history', '--model', fixture.model, '--json', '--rounds', '1'],
        ...[
          '--samples',
          '2',
          '--held-out-samples',
          '2',
          '--epochs',
          '1',
          '--batch',
          '4',
          '--objective',
          'sft',
        ],
        ...['--trainer-python', trainer.python],
      ],
      home,
    );
    assert.equal((await leti.ended).code, 0, leti.stderr);
    const { run } = leti.events.find(({ event }) => event === 'run') as { run: string };
    const store = new RunStore(workspaceFiles(repository.folder, { LETI_HOME: home }).store);
    try {
      const sides = Map.groupBy(store.tasks(run), ({ side }) => side);
      const timesOf = (side: 'train' | 'held-out'): number[] =>
        (sides.get(side) ?? []).map(({ task }) => Task.parse(task).changedAt ?? 0).sort();
      assert.deepEqual(timesOf('train'), times.slice(0, 3));
      assert.deepEqual(timesOf('held-out'), times.slice(3));
    } finally {
      store.close();
    }
  });
});
