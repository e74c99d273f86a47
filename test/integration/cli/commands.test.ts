import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CATALOGUE } from '../../../src/app/models/catalogue.ts';
import { AvailableModel } from '../../../src/protocol/storedModels.ts';
import { Timing } from '../../../src/protocol/run.ts';
import { finishedRun } from '../../support/finishedRun.ts';
import { ExclusiveLock } from '../../../src/process/exclusiveLock.ts';
import { LetiProcess, modelOf, trainerPython, type Fixture } from '../../support/tinyRun.ts';

type Event = Record<string, unknown>;

/** The commands as a user meets them, after one run with a tiny model. */
describe('the command line', function () {
  this.timeout(120_000);
  let folder: string;
  let home: string;
  let fixture: Fixture;
  let run: Event[];

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-cli-'));
    ({ fixture, home, events: run } = finishedRun(folder));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function events(args: string[], code = 0): Promise<Event[]> {
    const leti = new LetiProcess([...args, '--json'], home);
    assert.equal((await leti.ended).code, code, leti.stderr);
    return leti.events;
  }

  async function last(args: string[], code = 0): Promise<Event> {
    return (await events(args, code)).at(-1) ?? {};
  }

  const inWorkspace = (...args: string[]): string[] => [...args, '--workspace', fixture.workspace];

  it('train reports every step of a run, and leaves the workspace as it was', () => {
    const kinds = new Set(run.map(({ event }) => event));
    for (const kind of [
      'run',
      'tasks',
      'phase',
      'progress',
      'evaluation',
      'training',
      'gate',
      'export',
      'report',
    ]) {
      assert.ok(kinds.has(kind), `no ${kind} among ${[...kinds].join()}`);
    }
    const { modelFolder } = run.at(-1) as { modelFolder: string };
    assert.ok(existsSync(path.join(modelFolder, 'int8', 'genai_config.json')), modelFolder);
    assert.deepEqual(readdirSync(fixture.workspace), []);
  });

  it('train measures held-out tasks before and after, and training tasks too where it is asked to', () => {
    const report = run.at(-1)?.['report'] as { heldOut: Event[]; train: Event[]; gates: Event[] };
    for (const [side, programs] of [
      ['heldOut', 12],
      ['train', 20],
    ] as const) {
      assert.deepEqual(
        report[side].map((evaluation) => [evaluation['round'], evaluation['samples']]),
        [
          [0, programs],
          [1, programs],
        ],
      );
    }
    for (const { timing } of [...report.heldOut, ...report.train]) assertTimed(timing);
    // The weights that were trained are measured, whatever the gate decides.
    assert.notEqual(report.train[0]?.['model'], report.train[1]?.['model']);
    assert.equal(report.train[1]?.['model'], report.heldOut[1]?.['model']);
    assert.equal(report.gates[0]?.['decision'], 'undecided');
  });

  it('runs lists and shows what was stored', async () => {
    const { runs } = (await last(inWorkspace('runs'))) as { runs: Event[] };
    assert.deepEqual(
      runs.map(({ id, status }) => [id, status]),
      [[run.find(({ event }) => event === 'run')?.['run'], 'finished']],
    );
    const shown = await last(inWorkspace('runs', 'last'));
    assert.deepEqual(shown['report'], run.at(-1)?.['report']);
    const text = new LetiProcess(inWorkspace('runs', 'nonsense'), home);
    assert.equal((await text.ended).code, 2);
    const forPeople = new LetiProcess(inWorkspace('runs', 'last'), home, undefined, true);
    assert.equal((await forPeople.ended).code, 0);
    // Three test tasks are too few.
    assert.match(
      forPeople.stdout,
      /^Can't tell yet\nTest tasks: .*\n[^]*3 different test tasks are too few to tell, 6 are needed\./,
    );
  });

  it('models promotes and rolls back', async () => {
    const { models } = (await last(inWorkspace('models'))) as { models: { hash: string; record: Event }[] };
    const trained = models.find(({ record }) => record['round'] === 1);
    assert.ok(trained !== undefined);
    assert.deepEqual([trained.record['objective'], trained.record['condition']], ['rejection', 'none']);
    const active = async (): Promise<unknown> => (await last(inWorkspace('models')))['active'];
    assert.equal(await active(), undefined);
    await events([...inWorkspace('models', 'promote', trained.hash.slice(0, 8))]);
    assert.equal(await active(), trained.hash);
    await events(inWorkspace('models', 'rollback'));
    assert.equal(await active(), undefined);
    await events(inWorkspace('models', 'promote', 'ffff'), 2);
  });

  it('models available lists the catalogue, with what a round takes here', async () => {
    const { models } = (await last(['models', 'available', '--json'])) as { models: AvailableModel[] };
    assert.deepEqual(
      models.map((model) => AvailableModel.parse(model).name),
      CATALOGUE.map(({ name }) => name),
    );
    const rounds = models.map(({ roundSeconds }) => roundSeconds);
    assert.deepEqual(
      rounds,
      rounds.toSorted((a, b) => a - b),
    );
    const text = new LetiProcess(['models', 'available'], home, undefined, true);
    assert.equal((await text.ended).code, 0);
    assert.match(text.stdout, /Qwen2\.5-Coder-0\.5B-Instruct +0\.49 B +995\.1 MB.* min +Apache-2\.0/);
  });

  it('evaluate measures any stored model, under any verdict', async () => {
    const out = path.join(folder, 'samples.jsonl');
    const args = [
      'evaluate',
      '--tasks',
      fixture.heldOut,
      '--model',
      fixture.model,
      '--samples',
      '2',
      '--k',
      '1,2',
    ];
    const found = await last([...args, '--out', out, '--trainer-python', trainerPython()]);
    const evaluation = found['evaluation'] as { samples: number; passAt: Event; timing: unknown };
    assert.equal(found['condition'], 'none');
    assert.equal(evaluation.samples, 6);
    assertTimed(evaluation.timing);
    assert.deepEqual(Object.keys(evaluation.passAt), ['1', '2']);
    assert.equal(readFileSync(out, 'utf8').trim().split('\n').length, 6);
    const good = await last([...args, '--condition', 'good', '--trainer-python', trainerPython()]);
    assert.equal(good['condition'], 'good');
  });

  it('execute runs given programs and writes a line each', async () => {
    const samples = path.join(folder, 'given.jsonl');
    const out = path.join(folder, 'results.jsonl');
    const lines = [
      { task_id: 'tiny/double', completion: '\n    return x * 2', mine: 7 },
      { task_id: 'tiny/double', completion: '\n    return x' },
    ];
    writeFileSync(samples, lines.map((line) => JSON.stringify(line) + '\n').join(''));
    const summary = await last(['execute', '--tasks', fixture.tasks, '--samples', samples, '--out', out]);
    assert.deepEqual([summary['samples'], summary['passed']], [2, 1]);
    const [first, second] = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    assert.deepEqual([first?.['passed'], first?.['verdict'], first?.['mine']], [true, 'passed', 7]);
    assert.deepEqual([second?.['passed'], second?.['verdict']], [false, 'failed']);
    assert.match(String(second?.['feedback']), /got: 2\nexpected: 4/);
  });

  it('tasks lists a workspace, and exports what it imports', async () => {
    const workspace = path.join(folder, 'project');
    mkdirSync(workspace);
    writeFileSync(
      path.join(workspace, 'm.py'),
      'def double(x):\n    """Twice x."""\n    y = x\n    return 2 * y\n',
    );
    writeFileSync(
      path.join(workspace, 'test_m.py'),
      'from m import double\n\ndef test_it():\n    assert double(2) == 4\n',
    );
    const listed = (await last(['tasks', 'list', workspace])) as { tasks: Event[] };
    assert.deepEqual(
      listed.tasks.map(({ id }) => id),
      ['m.py:double'],
    );
    const file = path.join(folder, 'exported.jsonl');
    const again = path.join(folder, 'imported.jsonl');
    await events(['tasks', 'export', workspace, '--out', file]);
    await events(['tasks', 'import', file, '--out', again]);
    assert.equal(readFileSync(again, 'utf8'), readFileSync(file, 'utf8'));
    assert.deepEqual(readdirSync(workspace).sort(), ['m.py', 'test_m.py']);
  });

  it('clean shows before it deletes, and keeps what is in use', async () => {
    const { models } = (await last(inWorkspace('models'))) as { models: { hash: string; record: Event }[] };
    const trained = models.find(({ record }) => record['round'] === 1)?.hash ?? '';
    await events(inWorkspace('models', 'promote', trained));
    mkdirSync(path.join(home, 'models', 'incoming-1.tmp'), { recursive: true });
    const dry = (await last(['clean', '--dry-run'])) as { waste: { path: string }[] };
    assert.ok(dry.waste.some((item) => item.path.endsWith('incoming-1.tmp')));
    assert.ok(!dry.waste.some((item) => item.path.includes(trained)));
    assert.ok(existsSync(path.join(home, 'models', 'incoming-1.tmp')));
    const fetching = path.join(home, 'downloads', 'some-model');
    mkdirSync(fetching, { recursive: true });
    const lock = ExclusiveLock.tryTake(`${fetching}.lock`);
    await events(['clean']);
    assert.ok(existsSync(fetching), 'another process is fetching it');
    lock?.release();
    await events(['clean']);
    assert.ok(!existsSync(fetching));
    assert.ok(!existsSync(path.join(home, 'models', 'incoming-1.tmp')));
    assert.ok(existsSync(path.join(home, 'models', trained)));
    assert.deepEqual(((await last(['clean'])) as { waste: unknown[] }).waste, []);
  });

  it('doctor proves the sandbox', async () => {
    const { findings } = (await last(['doctor', fixture.workspace])) as { findings: Event[] };
    assert.ok(findings.length > 10);
    assert.ok(findings.every(({ what, ok }) => ok === true || what === 'free disk'));
    const tier = findings.find(({ what }) => what === 'sandbox tier')?.['detail'];
    // A machine without namespaces says so.
    assert.match(String(tier), /^T3$|^T2; ./);
    const stopped = findings.filter(({ detail }) => detail === 'blocked').length;
    assert.ok(stopped >= (tier === 'T3' ? 12 : 9), JSON.stringify(findings));
  });

  it('prints for people what it prints for programs', async () => {
    const leti = new LetiProcess(inWorkspace('runs', 'last'), home, undefined, true);
    assert.equal((await leti.ended).code, 0, leti.stderr);
    assert.match(leti.stdout, /held-out {2}before .*\n.*held-out {2}round 1/);
    assert.match(leti.stdout, /^Can't tell yet\n/);
    assert.doesNotMatch(leti.stdout, /undefined|NaN|\[object/);
  });

  it('answers --help and unknown words', async () => {
    const help = new LetiProcess(['--help'], home, undefined, true);
    assert.equal((await help.ended).code, 0);
    for (const name of ['train', 'tasks', 'execute', 'evaluate', 'runs', 'models', 'clean', 'doctor']) {
      assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'));
    }
    const version = new LetiProcess(['--version'], home, undefined, true);
    assert.equal((await version.ended).code, 0);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
    const unknown = new LetiProcess(['trian'], home, undefined, true);
    assert.equal((await unknown.ended).code, 2);
    assert.match(unknown.stderr, /unknown command 'trian'/);
  });

  it('repair tries programs for a function that fails, and changes no file', async () => {
    const file = path.join(fixture.workspace, 'small.py');
    mkdirSync(path.join(fixture.workspace, 'tests'), { recursive: true });
    const source = 'def add_one(x):\n    """Write add one."""\n    return x + z\n';
    writeFileSync(file, source);
    writeFileSync(
      path.join(fixture.workspace, 'tests/test_small.py'),
      'import small\n\n\ndef test_add_one():\n    assert small.add_one(4) == 5\n',
    );
    const model = modelOf(folder, 'add_one', 'Write add one.', 'return x + 1');
    const asked = inWorkspace('repair', file, '--model', model, '--trainer-python', trainerPython());
    const { repair } = (await last([...asked, '--line', '2', '--samples', '8'])) as {
      repair: { tried: number; passed: number; edit: { text: string } };
    };
    assert.equal(repair.tried, 8);
    assert.ok(repair.passed > 0);
    assert.match(repair.edit.text, /^ {4}return x \+ 1\n$/);
    assert.equal(readFileSync(file, 'utf8'), source);
    const nowhere = new LetiProcess([...asked, '--line', '900'], home, undefined, true);
    assert.equal((await nowhere.ended).code, 2);
    assert.match(nowhere.stderr, /small\.py has \d+ lines, so it has no line 900/);
  });
});

/** Programs that ran, and may have waited. */
function assertTimed(timing: unknown): void {
  const { run, queue } = Timing.parse(timing);
  assert.ok(run.p50 > 0 && run.p99 >= run.p50, JSON.stringify(run));
  assert.ok(queue.p99 >= queue.p50, JSON.stringify(queue));
}
