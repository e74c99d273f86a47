import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { ArmResult, ExperimentState } from '../../../src/protocol/experiment.ts';
import { TrainingRecord } from '../../../src/protocol/run.ts';
import { stages } from '../../../src/app/runs/stages.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { fakeFixture, type FakeTrainer } from '../../support/fakeTrainer.ts';
import { LetiProcess, type Fixture } from '../../support/tinyRun.ts';

type Event = Record<string, unknown>;

/** `leti bench` on tiny tasks, with a trainer that computes nothing. */
describe('an experiment', function () {
  this.timeout(600_000);
  let folder: string;
  let fixture: Fixture;
  let trainer: FakeTrainer;
  let file: string;
  let home: string;
  let out: string;

  const experiment = (arms: object): string =>
    JSON.stringify({
      format: 1,
      question: 'What does a tiny model learn from?',
      ...{ model: fixture.model, tasks: 'train.jsonl', validation: 'held-out.jsonl' },
      finals: {
        'the same again': { tasks: 'held-out.jsonl', alsoUnder: ['bad', 'none'] },
        'once more': { tasks: 'held-out.jsonl' },
        'more of each': { tasks: 'held-out.jsonl', samples: 2, arms: ['rejection'] },
      },
      perplexity: true,
      ...{ rounds: 1, samples: 4, validationSamples: 4, seeds: [1] },
      settings: { training: { steps: 2, batchSize: 4 } },
      arms,
    });
  const workbench = (
    onEvent?: (event: Event, process: LetiProcess) => void,
    more: string[] = [],
  ): LetiProcess =>
    new LetiProcess(['bench', file, '--json', '--trainer-python', trainer.python, ...more], home, onEvent);
  const results = (): z.infer<typeof ArmResult>[] =>
    z.array(ArmResult).parse(JSON.parse(readFileSync(path.join(out, 'results.json'), 'utf8')));

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-experiment-'));
    ({ fixture, trainer } = fakeFixture(folder));
    file = path.join(folder, 'tiny.json');
    out = path.join(folder, 'tiny.results');
    home = path.join(folder, 'home');
    writeFileSync(
      file,
      experiment({ rejection: { objective: 'rejection' }, pairs: { objective: 'repair' } }),
    );
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes on after it was killed, and samples what its arms share once', async () => {
    let killed = false;
    trainer.holdAt('train', 1);
    const first = workbench((event, process) => {
      if (killed || event['event'] !== 'progress' || event['phase'] !== 'train/1') return;
      killed = true;
      process.child.kill('SIGKILL');
    });
    assert.deepEqual(await first.ended, { code: null, signal: 'SIGKILL' }, first.stderr);
    trainer.release();
    const second = workbench();
    assert.deepEqual(await second.ended, { code: 0, signal: null }, second.stderr);
    const sampled = (arm: string): boolean => {
      const from = second.events.findIndex(({ detail }) => detail === `${arm}, seed 1`);
      const own = second.events.slice(from + 1);
      const next = own.findIndex(({ phase }) => phase === 'arm');
      return own
        .slice(0, next < 0 ? undefined : next)
        .some(({ phase, programs }) => phase === 'sample/1' && Number(programs ?? 0) > 0);
    };
    assert.ok(second.events.some(({ detail }) => detail === 'pairs, seed 1'));
    assert.equal(sampled('pairs'), false);
    const asked = second.events.filter(({ phase }) => phase === 'final').map(({ detail }) => String(detail));
    assert.equal(asked.filter((detail) => detail.startsWith('the same again')).length, 3);
    assert.equal(asked.filter((detail) => detail.startsWith('once more')).length, 0);
    assert.deepEqual(
      second.events.find(({ event }) => event === 'experiment'),
      { event: 'experiment', finished: 2, planned: 2, report: path.join(out, 'report.md') },
    );
  });

  it('keeps raw results: the same samples before training, the steps that were asked for, the final tasks', () => {
    const [rejection, pairs] = results();
    assert.deepEqual([rejection?.arm, pairs?.arm], ['rejection', 'pairs']);
    assert.deepEqual(rejection?.validation[0], pairs?.validation[0]);
    assert.deepEqual([rejection?.rounds[0]?.steps, pairs?.rounds[0]?.steps], [2, 2]);
    for (const result of [rejection, pairs]) {
      assert.equal(result?.status, 'finished');
      assert.ok(
        result.validation.every(({ ended }) => ended.programs <= 12 && ended.passed <= ended.programs),
      );
      const tasks = Object.values(result.finals['the same again']?.after?.outcomes ?? {});
      assert.deepEqual(
        tasks.map(([samples]) => samples),
        [1, 1, 1],
      );
      assert.deepEqual(result.finals['once more']?.after, result.finals['the same again']?.after);
    }
    const more = [rejection, pairs].map((result) => result?.finals['more of each']?.after?.outcomes);
    assert.deepEqual(
      more.map((outcomes) => outcomes && Object.values(outcomes).map(([samples]) => samples)),
      [[2, 2, 2], undefined],
    );
  });

  it('writes a report with its tables and plots', () => {
    const report = readFileSync(path.join(out, 'report.md'), 'utf8');
    for (const part of [
      'leti bench tiny.json',
      '| none | 0 | 1 |',
      '| rejection | 1 | 1 |',
      'the same again, at the end',
    ])
      assert.ok(report.includes(part), `${part} is missing in\n${report}`);
    const plots = readdirSync(out).filter((name) => name.endsWith('.svg'));
    assert.deepEqual(plots.sort(), ['by-minute.svg', 'by-round.svg', 'by-step.svg']);
    for (const plot of plots)
      assert.match(readFileSync(path.join(out, plot), 'utf8'), /^<svg [^]*<\/svg>\n$/);
  });

  it('does nothing again, and runs arms that were added alone', async () => {
    const again = workbench();
    assert.deepEqual(await again.ended, { code: 0, signal: null }, again.stderr);
    assert.ok(!again.events.some(({ event }) => event === 'run' || event === 'progress'));
    const arms = {
      rejection: { objective: 'rejection' },
      pairs: { objective: 'repair' },
      mixed: { objective: 'fcft-mixed' },
      verdicts: { objective: 'fcft', after: 'pairs' },
    };
    writeFileSync(file, experiment(arms));
    const more = workbench();
    assert.deepEqual(await more.ended, { code: 0, signal: null }, more.stderr);
    assert.equal(more.events.filter(({ event }) => event === 'run').length, 2);
    assert.equal(results().length, 4);
    const state = ExperimentState.parse(JSON.parse(readFileSync(path.join(out, 'state.json'), 'utf8')));
    const stores = readdirSync(path.join(home, 'workspaces')).map((name) =>
      path.join(home, 'workspaces', name),
    );
    const store = new RunStore(path.join(stores[0] ?? '', 'runs.sqlite'));
    assert.deepEqual(
      store
        .runs()
        .map(({ id }) => id)
        .sort(),
      state.runs.map(({ run }) => run).sort(),
    );
    const [pairs, verdicts] = ['pairs', 'verdicts'].map((name) => results().find(({ arm }) => arm === name));
    assert.equal(store.run(verdicts?.run ?? '')?.config.model, pairs?.model);
    const asked = [0, 1].map((round) =>
      store.samplingRecord(verdicts?.run ?? '', stages.evaluate(round, 'held-out')),
    );
    assert.deepEqual(
      asked.map((record) => record?.condition),
      ['none', 'good'],
    );
    assert.deepEqual([pairs?.began.steps, verdicts?.began.steps], [0, pairs?.rounds[0]?.steps]);
    const run = state.runs.find(({ arm }) => arm === 'mixed')?.run ?? '';
    assert.ok((store.stage(run, stages.train(1), TrainingRecord)?.examples ?? 0) > 0);
    store.close();
  });

  it('asks models that learnt verdicts under each of them, and measures all on plain source', () => {
    const of = (wanted: string): ArmResult | undefined => results().find(({ arm }) => arm === wanted);
    assert.deepEqual(Object.keys(of('verdicts')?.finals['the same again']?.under ?? {}).sort(), [
      'bad',
      'good',
      'none',
    ]);
    assert.deepEqual(Object.keys(of('rejection')?.finals['the same again']?.under ?? {}), ['none']);
    for (const { arm, perplexity } of results()) {
      assert.equal(perplexity?.before.texts.length, 80, arm);
      assert.equal(perplexity.after.texts.length, 80, arm);
      assert.notDeepEqual(perplexity.after, perplexity.before, arm);
    }
    const report = readFileSync(path.join(out, 'report.md'), 'utf8');
    assert.match(
      report,
      /\| pass@1 \| good \| bad \| no verdict \| good minus bad \|\n.*\n\| mixed \|.*\n\| verdicts \|/,
    );
    assert.ok(report.includes('Perplexity of Python source that no training saw'), report);
  });

  it('ends when its time is up, with a report of what there is', async () => {
    writeFileSync(file, experiment({ rejection: { objective: 'rejection' }, late: { objective: 'sft' } }));
    const short = workbench(undefined, ['--minutes', '0.01']);
    assert.deepEqual(await short.ended, { code: 0, signal: null }, short.stderr);
    const ending = short.events.find(({ event }) => event === 'experiment');
    assert.equal(ending?.['planned'], 2);
    assert.equal(ending['finished'], 1);
  });

  it('names what is wrong with a file', async () => {
    writeFileSync(
      file,
      experiment({ 'no name!': { objective: 'rejection' } }).replace('"rounds":1', '"rounds":0'),
    );
    const refused = workbench();
    assert.deepEqual(await refused.ended, { code: 2, signal: null });
    for (const part of ['rounds', 'no name!', 'docs/experiments.md'])
      assert.ok(refused.stderr.includes(part), refused.stderr);
  });

  it('tells before any work that tasks of the end cannot be read', async () => {
    const arms = { rejection: { objective: 'rejection' }, fresh: { objective: 'sft' } };
    const gone = experiment(arms).replace(/("finals":.*?)held-out/, '$1gone');
    writeFileSync(file, gone);
    const refused = workbench();
    assert.deepEqual(await refused.ended, { code: 2, signal: null });
    assert.match(refused.stderr, /gone\.jsonl/);
    assert.ok(!refused.events.some(({ event }) => event === 'run'));
  });
});
