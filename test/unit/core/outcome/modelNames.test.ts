import assert from 'node:assert/strict';
import {
  byRelevance,
  measuredSentence,
  modelFacts,
  modelPhrase,
  modelTitle,
  promotionQuestion,
  rateWords,
  runStart,
  signedPoints,
} from '../../../../src/core/outcome/modelNames.ts';
import { startText } from '../../../../src/core/text/words.ts';
import type { ModelRecord } from '../../../../src/protocol/model.ts';
import type { MeasuredRate, StoredModelSummary } from '../../../../src/protocol/storedModels.ts';

const RUN = '20261130172029-8704';
const START = startText('2026-11-30T17:20:29Z');
const record: ModelRecord = {
  ...{ format: 1, name: 'SmolLM2-135M-Instruct, LeTI round 2', source: 'leti', revision: '', licence: '' },
  ...{ sourcePrecision: 'float32', parents: [], condition: 'good', run: RUN, round: 2 },
  markers: { good: 'g', bad: 'b', feedbackBegin: 'f', feedbackEnd: 'e', reserved: true },
};
const original: ModelRecord = {
  ...record,
  name: 'SmolLM2-135M-Instruct',
  run: undefined,
  round: undefined,
};
const measured: MeasuredRate = {
  ...{ run: RUN, round: 2, tasks: 26, samples: 208, before: 0.154, decision: 'refuse' },
  rate: { value: 0.125, low: 0.038, high: 0.221 },
};

describe('the name of a model', () => {
  it('is its round and the start of its run, and no hash', () => {
    assert.equal(runStart(RUN), START);
    assert.equal(modelTitle(record), `Round 2 · ${START}`);
    assert.equal(modelPhrase(record), `round 2 of ${START} (SmolLM2-135M-Instruct)`);
  });

  it('is that of the original model where LeTI did not train it, or the run has another id', () => {
    assert.equal(modelTitle(original), 'SmolLM2-135M-Instruct');
    assert.equal(modelPhrase(original), 'SmolLM2-135M-Instruct');
    assert.equal(runStart('run-1'), undefined);
    assert.equal(modelTitle({ ...record, run: 'run-1' }), record.name);
  });
});

describe('the measured rate of a model', () => {
  it('stands with its change, its answer, and whether the model is in use', () => {
    assert.equal(rateWords(measured), '12.5 % (−2.9)');
    assert.equal(modelFacts({ active: true, measured }), 'in use · 12.5 % (−2.9) · not better');
    assert.equal(modelFacts({ active: false, measured: undefined }), '');
    assert.equal(
      measuredSentence(measured),
      `Test tasks: 12.5 % of attempts pass (95 % interval 3.8 to 22.1 %), with 208 attempts at 26 tasks, run of ${START}.`,
    );
    assert.match(measuredSentence(undefined), /No run in this folder has measured/);
  });

  it('has a sign, and none where nothing changed', () => {
    assert.deepEqual([0.014, -0.029, 0, -0.0001].map(signedPoints), ['+1.4', '−2.9', '0.0', '0.0']);
  });
});

describe('using a model', () => {
  it('needs no question where its run found it better, or LeTI did not train it', () => {
    assert.equal(promotionQuestion({ record, measured: { ...measured, decision: 'promote' } }), undefined);
    assert.equal(promotionQuestion({ record: original, measured: undefined }), undefined);
  });

  for (const [decision, why] of [
    ['refuse', /^Its run found it not better .* 12\.5 % of attempts pass .* The model before: 15\.4 %/],
    ['undecided', /^Its run could not tell/],
    [undefined, /^No run in this folder has compared it/],
  ] as const) {
    it(`asks where its run decided ${decision ?? 'nothing'}`, () => {
      const asked = promotionQuestion({ record, measured: { ...measured, decision } });
      assert.equal(asked?.question, `Use ${modelPhrase(record)} anyway?`);
      assert.match(asked.detail, why);
    });
  }
});

describe('a list of models', () => {
  it('has the one in use first, then the measured ones, newest first, then the others', () => {
    const of = (hash: string, change: Partial<StoredModelSummary>): StoredModelSummary => ({
      ...{ hash, record, active: false },
      ...change,
    });
    const listed = [
      of('elsewhere', { record: { ...record, run: '20261201000000-1' } }),
      of('older', { measured, record: { ...record, run: '20261101000000-1' } }),
      of('newer', { measured }),
      of('newer, round 1', { measured, record: { ...record, round: 1 } }),
      of('in use', { active: true, record: original }),
    ].sort(byRelevance);
    assert.deepEqual(
      listed.map(({ hash }) => hash),
      ['in use', 'newer', 'newer, round 1', 'older', 'elsewhere'],
    );
  });
});
