import assert from 'node:assert/strict';
import { plannedArms, pooled, sharesFirstSamples } from '../../../../src/app/bench/arms.ts';
import { experimentReport } from '../../../../src/app/bench/report.ts';
import { linePlot } from '../../../../src/app/bench/figures.ts';
import {
  Experiment,
  StoredExperimentState,
  type ArmResult,
  type Measured,
} from '../../../../src/protocol/experiment.ts';

const experiment = Experiment.parse({
  format: 1,
  question: 'Which is better?',
  ...{
    tasks: '/t.jsonl',
    validation: '/v.jsonl',
    rounds: 2,
    samples: 8,
    validationSamples: 2,
    seeds: [1, 2],
  },
  settings: { temperature: 0.5, training: { steps: 30 } },
  arms: {
    one: { objective: 'rejection' },
    two: { objective: 'fcft', sealedOnly: true, training: { learningRate: 1 } },
    three: { objective: 'fcft', feedback: 'paper' },
  },
});

const measured = (round: number, passed: Record<string, number>): Measured => ({
  round,
  outcomes: Object.fromEntries(Object.entries(passed).map(([task, count]) => [task, [2, count]])),
  reached: passed,
  errorTypes: { NameError: 2, AssertionError: 1, passed: 1 },
  tokensPerProgram: 20,
  ended: { programs: 2, passed: 1 },
});
const result = (arm: string, seed: number, last: number): ArmResult => ({
  ...{ arm, seed, run: `${arm}${seed}`, status: 'finished', finals: {} },
  began: { steps: 0, minutes: 0 },
  validation: [measured(0, { a: 0, b: 1 }), measured(1, { a: 1, b: 1 }), measured(2, { a: last, b: 2 })],
  rounds: [1, 2].map((round) => ({
    ...{ round, examples: 10, passes: 4, failures: 20, steps: 30 },
    ...{ samplingSeconds: 60, executionSeconds: 30, trainingSeconds: 90 },
  })),
});

describe('the arms of an experiment', () => {
  const planned = plannedArms(experiment, '/results');

  it('go through all arms of a seed before the next', () => {
    assert.deepEqual(
      planned.map(({ arm, seed }) => `${arm} ${seed}`),
      ['one 1', 'two 1', 'three 1', 'one 2', 'two 2', 'three 2'],
    );
  });

  it('take what they do not set from the experiment, then from the default', () => {
    const [one, two] = planned.map(({ config }) => config);
    assert.deepEqual(
      [one?.temperature, one?.sealedOnly, one?.training.steps, one?.training.seed],
      [0.5, false, 30, 1],
    );
    assert.deepEqual(
      [two?.temperature, two?.sealedOnly, two?.training.steps, two?.training.learningRate],
      [0.5, true, 30, 1],
    );
  });

  it('share their first samples unless something decides otherwise about these', () => {
    const [one, two, three, other] = planned.map(({ config }) => config);
    assert.ok(one !== undefined && two !== undefined && three !== undefined && other !== undefined);
    assert.equal(sharesFirstSamples(one, two), true);
    assert.equal(sharesFirstSamples(one, three), false);
    assert.equal(sharesFirstSamples(one, other), false);
  });
});

describe('an arm that goes on from another', () => {
  const arms = { start: { objective: 'sft' }, on: { objective: 'fcft', after: 'start' } };

  it('has no configuration of its own for that', () => {
    const [start, on] = plannedArms(Experiment.parse({ ...experiment, arms }), '/results');
    assert.deepEqual([start?.after, on?.after], [undefined, 'start']);
    assert.deepEqual(Object.keys(on?.config ?? {}), Object.keys(start?.config ?? {}));
  });

  it('stands behind it in the file', () => {
    const { start, on } = arms;
    const refused = Experiment.safeParse({ ...experiment, arms: { on, start } });
    assert.deepEqual(
      refused.error?.issues.map(({ path, message }) => [path.join('.'), message]),
      [['arms.on.after', 'no arm "start" stands before it']],
    );
  });
});

describe('what was kept of an experiment', () => {
  it('is read as it was kept before, without what it measured at the end by a name alone', () => {
    const runs = [{ arm: 'one', seed: 1, run: 'r', config: 'c' }];
    const state = { format: 1, runs, finals: [{ name: 'F', model: 'm' }], perplexity: [] };
    assert.deepEqual(StoredExperimentState.parse(state), { ...state, format: 2, finals: [] });
  });
});

describe('tasks of the end', () => {
  it('are for arms that there are', () => {
    const refused = Experiment.safeParse({
      ...experiment,
      finals: { F: { tasks: '/f.jsonl', arms: ['one', 'gone'] } },
    });
    assert.deepEqual(
      refused.error?.issues.map(({ path, message }) => [path.join('.'), message]),
      [['finals.F.arms', 'there is no arm "gone"']],
    );
  });

  it('are told of the arms alone that were measured', () => {
    const F = { before: measured(0, { a: 0 }), after: measured(0, { a: 1 }), under: {} };
    const { markdown } = experimentReport(
      { ...experiment, finals: { F: { tasks: '/f.jsonl', samples: 1, alsoUnder: [], arms: ['one'] } } },
      [{ ...result('one', 1, 2), finals: { F } }, result('two', 1, 2)],
      'x',
    );
    assert.match(markdown, /F, at the end[^]*\| one \| 1 \| 1 of 2 /);
    assert.doesNotMatch(markdown, /F, at the end[^]*\| two /);
  });
});

describe('the report of an experiment', () => {
  it('says nothing of an arm that was stopped before it had trained', () => {
    const { validation, ...two } = result('two', 1, 2);
    const before = validation.slice(0, 1);
    const stopped: ArmResult = { ...two, status: 'interrupted', validation: before, rounds: [] };
    const { markdown } = experimentReport(experiment, [result('one', 1, 2), stopped], 'x');
    assert.ok(markdown.includes('1 of 6 runs are finished'), markdown);
    assert.doesNotMatch(markdown, /two/);
  });

  it('has counts over all seeds, and paired differences to the model before', () => {
    const { markdown } = experimentReport(
      experiment,
      [result('one', 1, 2), result('one', 2, 0)],
      'the command',
    );
    const rows = markdown.split('\n').filter((line) => line.startsWith('| '));
    assert.match(rows[2] ?? '', /^\| none \| 0 \| 2 \| 2 of 8 \| 25\.0 % /);
    assert.match(
      rows[4] ?? '',
      /^\| one \| 2 \| 2 \| 6 of 8 \| 75\.0 % .* \| 50\.0 % \(0\.0 to 100\.0\) \| 0\.\d+ \| .* 100\.0 %, 50\.0 % \|$/,
    );
    assert.ok(markdown.includes('2 of 6 runs are finished'));
    assert.ok(markdown.includes('NameError | 50.0 % (4) | 50.0 % (4)'), markdown);
    assert.ok(markdown.includes('| ended by the model and passed | 25.0 % (2) | 25.0 % (2) |'), markdown);
    assert.ok(markdown.includes('| 30 | 0.4 | 1.0 (33.3 %) | 0.5 (16.7 %) | 1.5 (50.0 %) |'), markdown);
    assert.ok(markdown.includes('    the command\n'));
  });

  it('compares every arm with every other', () => {
    const results = [result('one', 1, 2), result('two', 1, 0)];
    const { markdown } = experimentReport(experiment, results, 'x');
    assert.ok(markdown.includes('| pass@1 | minus one | minus two |'), markdown);
    assert.match(markdown, /^\| one \| {2}\| 50\.0 % \(0\.0 to 100\.0\) \|$/m);
    assert.match(markdown, /^\| two \| -50\.0 % \(-100\.0 to 0\.0\) \| {2}\|$/m);
  });

  it('compares how many programs run to their checks', () => {
    const [one, two] = [result('one', 1, 2), result('two', 1, 0)];
    const counting = (results: ArmResult, after: number): ArmResult => ({
      ...results,
      validation: results.validation.map((one) => ({
        ...one,
        reached: { a: one.round === 2 ? after : 0, b: 2 },
      })),
    });
    const { markdown } = experimentReport(experiment, [counting(one, 2), counting(two, 1)], 'x');
    assert.ok(markdown.includes('| arm | programs | share | minus none | minus one | minus two |'), markdown);
    assert.match(markdown, /^\| none \| 2 of 4 \| 50\.0 % .* \| {2}\| -50\.0 % .* \| -25\.0 % /m);
    assert.match(markdown, /^\| one \| 4 of 4 \| 100\.0 % .* \| 50\.0 % .* \| {2}\| 25\.0 % /m);
  });

  it('counts the model before once in final tasks, whatever the seeds', () => {
    const final = { tasks: '/f.jsonl', samples: 1, alsoUnder: [] };
    const F = { before: measured(0, { a: 0, b: 1 }), after: measured(0, { a: 1, b: 1 }), under: {} };
    const { markdown } = experimentReport(
      { ...experiment, finals: { F: final } },
      [1, 2].map((seed) => ({ ...result('one', seed, 2), finals: { F } })),
      'x',
    );
    assert.match(markdown, /^\| none \| {2}\| 1 of 4 \| 25\.0 % /m);
    assert.match(markdown, /^\| one \| 2 \| 4 of 8 \| 50\.0 % .* \| 25\.0 % \(0\.0 to 50\.0\) \|/m);
  });

  it('says what an arm takes to reach the best of another', () => {
    const { markdown } = experimentReport(experiment, [result('one', 1, 2), result('two', 1, 0)], 'x');
    assert.ok(markdown.includes('|  | best of one | best of two |'), markdown);
    assert.ok(markdown.includes('| one |  | 30 steps, 3.0 min |'), markdown);
    assert.ok(markdown.includes('| two | - |  |'), markdown);
    const on = { ...result('one', 1, 2), began: { steps: 70, minutes: 4 } };
    const later = experimentReport(experiment, [on, result('two', 1, 0)], 'x').markdown;
    assert.ok(later.includes('| one |  | 100 steps, 7.0 min |'), later);
  });

  it('takes the outcomes of a task over all seeds together', () => {
    assert.deepEqual(pooled([measured(0, { a: 1 }), measured(0, { a: 2, b: 0 })]), [
      { taskId: 'a', samples: 4, passed: 3 },
      { taskId: 'b', samples: 2, passed: 0 },
    ]);
  });

  it('can be written before anything is finished', () => {
    const { markdown, plots } = experimentReport(experiment, [], 'x');
    assert.ok(markdown.includes('0 of 6 runs are finished'));
    assert.ok(Object.values(plots).every((plot) => !plot.includes('NaN')));
  });
});

describe('a line plot', () => {
  it('has a line and a mark for each point, and names that are only ever text', () => {
    const plot = linePlot('T', 'x', 'y', [
      {
        name: '<b>&"',
        points: [
          [0, 1],
          [2, 3],
        ],
      },
    ]);
    assert.equal(plot.match(/<circle /g)?.length, 2);
    assert.equal(plot.match(/<polyline /g)?.length, 1);
    assert.ok(plot.includes('&lt;b>&amp;&quot;'));
  });
});
