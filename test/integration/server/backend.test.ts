import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { splitWithout } from '../../../src/core/learning/split.ts';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import { SamplerEndpoint } from '../../../src/protocol/engines.ts';
import type { RunConfig, RunEvent } from '../../../src/protocol/run.ts';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { BackendClient, refusal } from '../../support/backendClient.ts';
import { ConformanceServer } from '../../support/conformanceServer.ts';
import { endpointModel } from '../../support/endpointModel.ts';
import { fakeFixture, type FakeTrainer } from '../../support/fakeTrainer.ts';
import { tinyExports } from '../../support/tinyExports.ts';
import { modelOf, processesNaming, root, type Fixture } from '../../support/tinyRun.ts';

/** The backend as an editor meets it, over standard input and output. */
describe('the backend', function () {
  this.timeout(120_000);
  let folder: string;
  let home: string;
  let fixture: Fixture;
  let trainer: FakeTrainer;
  let client: BackendClient;
  let place: { workspace: string; trainerPython: string };
  let settings: Partial<RunConfig>;

  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'leti-backend-')));
    home = path.join(folder, 'home');
    ({ fixture, trainer } = fakeFixture(folder));
    for (const file of ['kit/__init__.py', 'kit/dates.py', 'tests/test_dates.py'])
      cpSync(path.join(root, 'examples/workspace', file), path.join(fixture.workspace, file));
    place = { workspace: fixture.workspace, trainerPython: trainer.python };
    settings = {
      tasksFile: fixture.tasks,
      heldOutFile: fixture.heldOut,
      model: fixture.model,
      samples: 4,
      heldOutSamples: 4,
      skipTasks: ['tiny/negate'],
    };
    client = new BackendClient(home);
    await client.initialize({ trusted: true });
  });

  after(async () => {
    assert.equal(await client.close(), 0);
    assert.deepEqual(processesNaming(home), []);
    rmSync(folder, { recursive: true, force: true });
  });

  it('has no runs, no models and no complaint in a new workspace', async () => {
    assert.deepEqual(await client.ask(REQUESTS.runs, place), []);
    assert.deepEqual(await client.ask(REQUESTS.models, place), []);
  });

  it('stops a run that is cancelled, and resumes it', async () => {
    let stopped = false;
    trainer.holdAt('sample', 5);
    const first = client.ask(REQUESTS.train, { ...place, start: { settings } }, (event, cancel) => {
      if (event.event === 'progress' && event.phase === 'sample/1' && !stopped) {
        stopped = true;
        cancel();
      }
    });
    assert.match(await refusal(first), /cancelled/);
    trainer.release();
    const [run] = await client.ask(REQUESTS.runs, place);
    assert.equal(run?.status, 'interrupted');
    const events: RunEvent[] = [];
    const report = await client.ask(REQUESTS.train, { ...place, start: { resume: run.id } }, (event) =>
      events.push(event),
    );
    assert.equal(report.status, 'finished');
    assert.ok(events.some((event) => event.event === 'gate'));
    assert.ok(
      client.changes.some(({ workspace, what }) => workspace === fixture.workspace && what === 'runs'),
    );
  });

  it('tells everything about a run', async () => {
    const [summary] = await client.ask(REQUESTS.runs, place);
    assert.ok(summary?.before !== undefined && summary.now !== undefined);
    const detail = await client.ask(REQUESTS.run, { ...place, run: summary.id });
    assert.ok(detail.steps.length > 0 && detail.versions['tier'] !== undefined);
    assert.deepEqual(
      detail.stages.map(({ stage, samples }) => [stage, samples]),
      [
        ['evaluate/0/held-out', 12],
        ['sample/1', 16],
        ['evaluate/1/held-out', 12],
      ],
    );
    for (const { stage, effort } of detail.stages) {
      assert.ok(effort !== undefined && effort.tokens > 0 && effort.samplingSeconds > 0, stage);
    }
    const histories = await client.ask(REQUESTS.histories, { ...place, run: summary.id });
    assert.equal(histories.length, 7, 'the task that was taken out is not there');
    assert.ok(histories.every(({ side, points }) => points.length === (side === 'train' ? 1 : 2)));
    const task = await client.ask(REQUESTS.task, { ...place, run: summary.id, task: 'tiny/double' });
    assert.equal(task.checks[0], 'assert double(2) == 4');
    assert.deepEqual(
      task.stages.map(({ stage, samples }) => [stage, samples.length]),
      [['sample/1', 4]],
    );
    assert.equal(task.stages[0]?.record?.condition, 'none');
  });

  it('tells of no change when stores are only read', async () => {
    await sleep(1000);
    const before = client.changes.length;
    for (let time = 0; time < 5; time++) {
      await client.ask(REQUESTS.runs, place);
      await client.ask(REQUESTS.histories, { ...place, run: 'last' });
    }
    await sleep(1000);
    assert.equal(client.changes.length, before);
  });

  it('exports a run as JSON lines', async () => {
    const file = path.join(folder, 'run.jsonl');
    await client.ask(REQUESTS.exportRun, { ...place, run: 'last', file });
    const kinds = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    assert.equal(kinds.filter((kind) => kind === 'sample').length, 40);
    assert.deepEqual([...new Set(kinds)], ['run', 'task', 'sample']);
    const nowhere = client.ask(REQUESTS.exportRun, { ...place, run: 'last', file: `${folder}/no/run.jsonl` });
    assert.match(await refusal(nowhere), /cannot be written/);
  });

  it('promotes a model and rolls it back', async () => {
    const models = await client.ask(REQUESTS.models, place);
    const trained = models.find(({ record }) => record.round === 1);
    assert.ok(trained !== undefined);
    await client.ask(REQUESTS.promote, { ...place, model: trained.hash });
    const active = (await client.ask(REQUESTS.models, place)).filter((model) => model.active);
    assert.deepEqual(
      active.map(({ hash }) => hash),
      [trained.hash],
    );
    assert.equal(await client.ask(REQUESTS.promotions, place), 1);
    const use = await client.ask(REQUESTS.runUse, { ...place, run: 'last' });
    assert.deepEqual([use.active.hash, use.stored], [trained.hash, true]);
    // The run ids of the fixture begin with the time of their start.
    assert.match(use.active.name, /^round 1 of .*\d{4}/);
    const back = await client.ask(REQUESTS.rollback, { ...place, fallbackModel: fixture.model });
    assert.deepEqual(back, {
      name: models.find(({ record }) => record.source === fixture.model)?.record.name,
    });
    assert.equal(await client.ask(REQUESTS.promotions, place), 0);
    const base = (await client.ask(REQUESTS.models, { ...place, fallbackModel: fixture.model })).filter(
      (model) => model.active,
    );
    assert.deepEqual(
      base.map(({ record }) => record.source),
      [fixture.model],
      'before a promotion the model of the settings is active',
    );
    assert.match(
      await refusal(client.ask(REQUESTS.rollback, place)),
      /no earlier model.*to see the stored models/,
    );
  });

  it('measures the model of the settings until one is in use, with the settings’ samples and seed', async () => {
    const choices = { model: fixture.model, heldOutSamples: 2, seed: 7 };
    const measured = await client.ask(REQUESTS.evaluate, { ...place, settings: choices }, () => undefined);
    const plan = await client.ask(REQUESTS.plan, { ...place, settings: choices });
    const base = (await client.ask(REQUESTS.models, place)).find(({ record }) => record.round === undefined);
    assert.equal(measured.model, base?.hash);
    assert.equal(measured.tasks, plan.tasks.filter(({ side }) => side === 'held-out').length);
    assert.equal(measured.samples, 2 * measured.tasks);
  });

  it('plans a run on the workspace itself', async () => {
    const plan = await client.ask(REQUESTS.plan, place, () => undefined);
    assert.equal(plan.tasks.length, 13);
    assert.ok(plan.tasks.some(({ side }) => side === 'held-out'));
    assert.equal(plan.measuredHere, false, 'the default model was not used yet');
    const used = await client.ask(REQUESTS.plan, { ...place, settings: { model: fixture.model } });
    assert.ok(used.measuredHere && used.speeds.sample > 0 && used.speeds.train > 0);
    assert.ok(['cpu', 'cuda', 'mps'].includes(plan.autoDevice));
    const sides = (tasks: typeof plan.tasks): string[] => tasks.map(({ id, side }) => `${side} ${id}`).sort();
    const otherSeed = await client.ask(REQUESTS.plan, { ...place, settings: { seed: 7 } });
    assert.notDeepEqual(sides(otherSeed.tasks), sides(plan.tasks), 'the split is the one of the seed');
    // What the plan is shown with in the editor is what a run would do.
    const { heldOut } = splitWithout(otherSeed.tasks, { ...DEFAULT_RUN, seed: 7 });
    assert.deepEqual(
      heldOut.map(({ id }) => id),
      otherSeed.tasks.filter(({ side }) => side === 'held-out').map(({ id }) => id),
    );
    const task = plan.tasks.find(({ id }) => id.endsWith(':is_leap_year')) ?? plan.tasks[0];
    assert.ok(task !== undefined);
    const line = readFileSync(path.join(fixture.workspace, task.path), 'utf8').split('\n')[task.line];
    assert.match(line ?? '', new RegExp(`def ${task.name}`));
  });

  it("checks today's code of the function at the cursor", async () => {
    const plan = await client.ask(REQUESTS.plan, place);
    const task = plan.tasks[0];
    assert.ok(task !== undefined);
    const file = path.join(fixture.workspace, task.path);
    const right = await client.ask(REQUESTS.check, { ...place, path: file, line: task.line + 1 });
    assert.deepEqual([right.task, right.verdict, right.diagnostics], [task.id, 'passed', []]);

    const source = readFileSync(file, 'utf8');
    const lines = source.split('\n');
    const body = lines.findIndex((line, index) => index > task.line && /^ {4}return /.test(line));
    lines[body] = '    return no_such_name';
    writeFileSync(file, lines.join('\n'));
    try {
      const wrong = await client.ask(REQUESTS.check, { ...place, path: file, line: task.line });
      assert.equal(wrong.verdict, 'error');
      assert.equal(wrong.diagnostics[0]?.code, 'NameError');
      assert.equal(wrong.diagnostics[0].range.start.line, body);
      assert.match(wrong.feedback, /no_such_name/);
    } finally {
      writeFileSync(file, source);
    }
    assert.match(
      await refusal(client.ask(REQUESTS.check, { ...place, path: file, line: 0 })),
      /no function with tests .* Choose a function/,
    );
  });

  it('knows a workspace by the name of a link to it too', async () => {
    const link = path.join(folder, 'link');
    symlinkSync(fixture.workspace, link);
    const [task] = await client.ask(REQUESTS.tasks, place);
    assert.ok(task !== undefined);
    const linked = { ...place, workspace: link, path: path.join(link, task.path), line: task.line };
    assert.equal((await client.ask(REQUESTS.check, linked)).task, task.id);
    const [model] = await client.ask(REQUESTS.models, { workspace: link });
    await client.ask(REQUESTS.promote, { workspace: link, model: model?.hash ?? '' });
    await client.ask(REQUESTS.rollback, { workspace: link });
    for (let tries = 0; !client.changes.some(({ workspace }) => workspace === link); tries++) {
      assert.ok(tries < 50, 'changes are told under the name of the link');
      await sleep(100);
    }
    assert.ok(client.changes.some(({ workspace }) => workspace === fixture.workspace));
  });

  it('says so when the active model was deleted', async () => {
    const [model] = await client.ask(REQUESTS.models, place);
    assert.ok(model !== undefined);
    await client.ask(REQUESTS.promote, { ...place, model: model.hash });
    const stored = path.join(home, 'models', model.hash);
    renameSync(stored, `${stored}.away`);
    try {
      assert.match(
        await refusal(client.ask(REQUESTS.evaluate, place)),
        /active model \w+ is no longer stored.*to use the previous model/,
      );
    } finally {
      renameSync(`${stored}.away`, stored);
      await client.ask(REQUESTS.rollback, place);
    }
  });

  it('checks tasks by their ids, and says when each is done', async () => {
    const found = await client.ask(REQUESTS.tasks, place);
    const some = found.filter(({ path: file }) => file.endsWith('dates.py')).slice(0, 3);
    assert.equal(some.length, 3);
    const done: number[] = [];
    const tasks = [...some.map(({ id }) => id), 'gone.py:gone'];
    const checked = await client.ask(REQUESTS.checkTasks, { ...place, tasks }, (event) => {
      if (event.event === 'progress') done.push(event.done);
    });
    assert.deepEqual(
      checked.map(({ task, verdict }) => [task, verdict]),
      some.map(({ id }) => [id, 'passed']),
    );
    assert.deepEqual(done, [1, 2, 3]);
  });

  it('checks another body for a task, indented or not', async () => {
    const found = await client.ask(REQUESTS.tasks, place);
    const task = found.find(({ id }) => id === 'kit/dates.py:is_leap_year')?.id ?? '';
    const body = 'return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)';
    for (const text of [body, `    ${body}\n`]) {
      const checked = await client.ask(REQUESTS.checkProgram, { ...place, task, body: text });
      assert.equal(checked.verdict, 'passed', checked.feedback);
    }
    const wrong = await client.ask(REQUESTS.checkProgram, { ...place, task, body: 'return year % 4 == 0' });
    assert.equal(wrong.verdict, 'failed');
    assert.match(wrong.feedback, /is_leap_year\(1900\)/);
  });

  it('repairs a function: several programs, the first that passes as an edit, or honest counts', async () => {
    const file = path.join(fixture.workspace, 'small.py');
    const test = path.join(fixture.workspace, 'tests/test_small.py');
    const source = 'def add_one(x):\n    """Write add one."""\n    y = x\n    return y + z\n\n\nKEPT = 1\n';
    writeFileSync(file, source);
    writeFileSync(test, 'import small\n\n\ndef test_add_one():\n    assert small.add_one(4) == 5\n');
    const model = modelOf(folder, 'add_one', 'Write add one.', 'return x + 1');
    trainer.exportsAs(model, tinyExports(model));
    const ask = (samples: number, line: number) =>
      client.ask(
        REQUESTS.repair,
        { ...place, path: file, line, settings: { model, samples } },
        () => undefined,
      );
    try {
      const repair = await ask(8, 3);
      assert.equal(repair.task, 'small.py:add_one');
      assert.equal(repair.tried, 8);
      assert.ok(repair.passed > 0, repair.feedback);
      const { edit } = repair;
      assert.ok(edit !== undefined);
      assert.deepEqual(
        [edit.range.start, edit.range.end],
        [
          { line: 2, character: 0 },
          { line: 4, character: 0 },
        ],
      );
      const lines = source.split('\n');
      writeFileSync(file, [...lines.slice(0, 2), edit.text.replace(/\n$/, ''), ...lines.slice(4)].join('\n'));
      assert.match(readFileSync(file, 'utf8'), /KEPT = 1\n$/);
      assert.equal((await client.ask(REQUESTS.check, { ...place, path: file, line: 2 })).verdict, 'passed');
      assert.match(await refusal(ask(1, 2)), /already passes.*Choose a function that fails/);
      // One that no program of this model is.
      writeFileSync(test, 'import small\n\n\ndef test_add_one():\n    assert small.add_one(4) == "no"\n');
      const failed = await ask(4, 2);
      assert.deepEqual([failed.tried, failed.passed, failed.edit], [4, 0, undefined]);
      assert.notEqual(failed.feedback, '');
    } finally {
      rmSync(file);
      rmSync(test);
    }
  });

  it('has the programs of a run and of a fix written by the server that the user names', async () => {
    const { served } = await endpointModel(fixture.model);
    const server = await new ConformanceServer('openai', served).start();
    server.write = () => '\n    return x + 1\n```';
    const endpoint = SamplerEndpoint.parse({ url: server.url });
    const asked = { ...place, endpoint };
    try {
      const start = { settings: { ...settings, rounds: 1 } };
      const report = await client.ask(REQUESTS.train, { ...asked, start }, () => undefined);
      assert.equal(report.config.endpoint?.url, server.url);
      await client.ask(REQUESTS.deleteRun, { ...place, run: report.run });
      const count = server.asked.length;
      assert.ok(count > 0);
      // What has no endpoint asks nobody, whatever was asked before.
      await client.ask(REQUESTS.evaluate, { ...place, settings }, () => undefined);
      assert.equal(server.asked.length, count);

      const file = path.join(fixture.workspace, 'served.py');
      const test = path.join(fixture.workspace, 'tests/test_served.py');
      writeFileSync(file, 'def add_one(x):\n    """Add one."""\n    return x\n');
      writeFileSync(test, 'import served\n\n\ndef test_add_one():\n    assert served.add_one(4) == 5\n');
      try {
        const fix = { path: file, line: 2, settings: { model: fixture.model, samples: 2 } };
        const repair = await client.ask(REQUESTS.repair, { ...asked, ...fix }, () => undefined);
        assert.ok(repair.passed > 0, repair.feedback);
        assert.ok(server.asked.length > count);
      } finally {
        rmSync(file);
        rmSync(test);
      }
    } finally {
      await server.stop();
    }
  });

  it('asks the active model for programs of tasks', async () => {
    const [trained] = (await client.ask(REQUESTS.models, place)).filter(({ record }) => record.round === 1);
    assert.ok(trained !== undefined);
    await client.ask(REQUESTS.promote, { ...place, model: trained.hash });
    const [task, other] = (await client.ask(REQUESTS.tasks, place)).sort((a, b) => (a.id < b.id ? -1 : 1));
    assert.ok(task !== undefined && other !== undefined);
    const phases: string[] = [];
    const samples = await client.ask(
      REQUESTS.solve,
      { ...place, tasks: [task.id, other.id], settings: { samples: 3 } },
      (event) => {
        if (event.event === 'progress') phases.push(`${event.phase} of ${event.total}`);
      },
    );
    assert.deepEqual(
      samples.map(({ taskId, sample }) => [taskId, sample]),
      [task.id, other.id].flatMap((id) => [0, 1, 2].map((sample) => [id, sample])),
    );
    assert.deepEqual([...new Set(phases)], ['evaluate of 6'], 'both tasks were asked in one go');
    const gone = client.ask(REQUESTS.solve, { ...place, tasks: ['gone.py:gone'] });
    assert.match(await refusal(gone), /no longer has the task gone.py:gone.*leti tasks list/);
  });

  it('refuses parameters of the wrong shape, naming what was expected', async () => {
    const wrong = client.ask(REQUESTS.run, { workspace: fixture.workspace } as never);
    assert.match(await refusal(wrong), /leti\/run: .*expected string.*run/s);
  });

  it('says so when the store was written by a newer LeTI, and leaves it alone', async () => {
    const other = path.join(folder, 'other');
    cpSync(fixture.workspace, other, { recursive: true });
    await client.ask(REQUESTS.models, { workspace: other });
    const { DatabaseSync } = await import('node:sqlite');
    const file = workspaceFiles(other, { LETI_HOME: home }).store;
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    assert.match(await refusal(client.ask(REQUESTS.runs, { workspace: other })), /newer LeTI.*Update LeTI/);
    writeFileSync(file, 'this is no database, and longer than its header would be');
    assert.match(
      await refusal(client.ask(REQUESTS.runs, { workspace: other })),
      /cannot be read.*Move the file away/,
    );
  });

  it('deletes a run with its working files', async () => {
    const [run] = await client.ask(REQUESTS.runs, place);
    assert.ok(run !== undefined);
    const files = workspaceFiles(fixture.workspace, { LETI_HOME: home });
    rmSync(files.run(run.id), { recursive: true });
    const size = await client.ask(REQUESTS.runSize, { ...place, run: run.id });
    assert.ok(size > 5000, `without working files its programs are left: ${size} bytes`);
    assert.ok(size < readFileSync(files.store).length);
    await client.ask(REQUESTS.deleteRun, { ...place, run: run.id });
    assert.deepEqual(await client.ask(REQUESTS.runs, place), []);
    assert.match(await refusal(client.ask(REQUESTS.run, { ...place, run: run.id })), /There is no run/);
  });

  it('reads stored runs of a folder that is not trusted, and runs nothing of it', async () => {
    const careful = new BackendClient(home);
    await careful.initialize({ trusted: false });
    assert.deepEqual(await careful.ask(REQUESTS.runs, place), []);
    for (const [request, params] of [
      [REQUESTS.plan, place],
      [REQUESTS.check, { ...place, path: `${fixture.workspace}/kit/x.py`, line: 1 }],
      [REQUESTS.promote, { ...place, model: 'abcd' }],
      [REQUESTS.repair, { ...place, path: `${fixture.workspace}/kit/x.py`, line: 1 }],
      [REQUESTS.deleteRun, { ...place, run: 'last' }],
      [REQUESTS.exportRun, { ...place, run: 'last', file: path.join(folder, 'untrusted.jsonl') }],
      [REQUESTS.installLauncher, { folder: path.join(folder, 'untrusted') }],
    ] as const) {
      assert.match(await refusal(careful.ask(request as never, params as never)), /Restricted Mode/);
    }
    assert.equal(await careful.close(), 0);
  });

  it('ends a run and its processes when the editor is gone', async () => {
    const other = new BackendClient(path.join(folder, 'home2'));
    await other.initialize({ trusted: true });
    trainer.holdAt('sample', 5);
    const sampling = new Promise<void>((resolve) => {
      other
        .ask(REQUESTS.train, { ...place, start: { settings } }, (event) => {
          if (event.event === 'progress' && event.phase === 'sample/1') resolve();
        })
        .catch(() => undefined);
    });
    await sampling;
    other.child.kill('SIGKILL');
    trainer.release();
    for (let tries = 0; processesNaming(path.join(folder, 'home2')).length > 0; tries++) {
      assert.ok(tries < 100, 'processes of the killed backend live on');
      await sleep(100);
    }
    const after = new BackendClient(path.join(folder, 'home2'));
    await after.initialize({ trusted: true });
    const [run] = await after.ask(REQUESTS.runs, place);
    assert.equal(run?.status, 'interrupted');
    assert.equal(await after.close(), 0);
    assert.ok(existsSync(fixture.workspace));
  });
});
