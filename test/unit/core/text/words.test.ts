import assert from 'node:assert/strict';
import {
  availableModelLine,
  modelWords,
  percent,
  progressFacts,
  progressLine,
} from '../../../../src/core/text/words.ts';

describe('words', () => {
  it('name a model in few letters', () => {
    for (const [model, words] of [
      ['default', 'default'],
      ['owner/name', 'owner/name'],
      ['/home/user/models/small', 'small'],
      ['~/models/small/', 'small'],
      ['C:\\models\\small', 'small'],
      ['0123456789abcdef0123456789abcdef', '01234567'],
    ] as const) {
      assert.equal(modelWords(model), words);
    }
  });

  it('give what rounds to nothing no sign', () => {
    assert.deepEqual([-0.0004, 0, -0.0006].map(percent), ['0.0 %', '0.0 %', '-0.1 %']);
  });

  it('say what a model of the catalogue asks for', () => {
    const model = {
      ...{ name: 'm', by: 'us', hubId: 'us/m', licence: 'MIT', parameters: 5e8, downloadBytes: 1e9 },
      ...{ memory: { complete: 1e9, train: 9.3e9 }, roundSeconds: 1500, needsAccelerator: false },
    };
    const memory = '1.0 GB of memory to complete and 9.3 GB to train';
    assert.equal(availableModelLine(model), `1.0 GB to download, ${memory}, a round takes about 25 min, MIT`);
    assert.equal(
      availableModelLine({ ...model, hash: 'a', needsAccelerator: true }),
      `stored, ${memory}, needs a GPU to train, MIT`,
    );
  });

  it('say how many bytes of a download are here', () => {
    const event = {
      event: 'progress',
      phase: 'downloading m',
      done: 89e6,
      total: 491e6,
      seconds: 0,
    } as const;
    assert.equal(progressLine({ ...event, unit: 'bytes' }), 'downloading m: 89.0 MB of 491.0 MB');
    assert.equal(progressLine({ ...event, done: 1, total: 2 }), 'downloading m: 1 of 2');
  });

  it('say how long a phase still takes, in minutes where it is long', () => {
    const left = (done: number, total: number): string =>
      progressFacts({ event: 'progress', phase: 'train/1', done, total, seconds: 10 });
    assert.equal(left(1, 3), '20 s left');
    assert.equal(left(4, 64), '3 min left');
    assert.equal(left(1, 1), '');
    assert.equal(left(1, 104), '', 'the first of many says nothing');
  });
});
