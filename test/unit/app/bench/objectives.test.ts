import assert from 'node:assert/strict';
import { EXPERIMENT_OBJECTIVES } from '../../../../src/app/bench/objectives.ts';
import { trainCommand } from '../../../../src/cli/commands/train.ts';
import { OBJECTIVES } from '../../../../src/core/learning/objectives/objectives.ts';
import { ids, input, sample, text } from '../../../support/objectives.ts';

describe('the objectives of experiments', () => {
  const samples = [sample('a', 0, true), sample('a', 1, false)];
  const source = Array.from({ length: 200 }, (_, line) => `value_${line} = ${line}\n`).join('');

  it('fcft-binary says good or bad and no more', () => {
    const [, bad] = EXPERIMENT_OBJECTIVES['fcft-binary'].examples(input(samples));
    assert.ok(text(bad).startsWith('<r1><user>'));
  });

  it('repair asks with a failure and its feedback, and learns the program that passes alone', () => {
    const chosen = EXPERIMENT_OBJECTIVES.repair.examples(input([...samples, sample('b', 0, false)]));
    assert.deepEqual(ids(chosen), ['a#0', 'a#1>a#0']);
    const pair = chosen[1];
    assert.match(text(pair), /This program is wrong:[^]*return 1[^]*Error1: no[^]*x\): return 0\n```<end>$/);
    const learnt = (pair?.segments ?? []).filter(({ weight }) => weight > 0);
    assert.deepEqual(
      learnt.map(({ role, text: said }) => [role, said]),
      [
        ['program', 'x): return 0'],
        ['end', '\n```<end>'],
      ],
    );
    assert.deepEqual(EXPERIMENT_OBJECTIVES.repair.examples(input([sample('b', 0, false)])), []);
  });

  it('fcft-paper keeps every sample and learns every token', () => {
    const all = [...samples, sample('a', 2, false, { hash: 'a#1' }), sample('b', 0, false)];
    const chosen = EXPERIMENT_OBJECTIVES['fcft-paper'].examples(input(all));
    assert.deepEqual(ids(chosen), ['a#0', 'a#1', 'a#2', 'b#0']);
    assert.ok(chosen.every(({ segments }) => segments.every(({ weight }) => weight === 1)));
  });

  it('unchecked reads no verdict, and keeps a few different programs a task', () => {
    const many = Array.from({ length: 6 }, (_, index) => sample('a', index, index > 4));
    const chosen = EXPERIMENT_OBJECTIVES.unchecked.examples(
      input([...many, sample('a', 9, true, { hash: 'a#0' })]),
    );
    assert.deepEqual(ids(chosen), ['a#0', 'a#1', 'a#2', 'a#3']);
    assert.ok(text(chosen[0]).startsWith('<user>'));
  });

  it('pretraining has no sample in it', () => {
    const chosen = EXPERIMENT_OBJECTIVES.pretraining.examples(input(samples, { plainSource: [source] }));
    assert.equal(chosen.length, samples.length);
    assert.ok(chosen.every(({ segments }) => segments.every(({ role }) => role === 'pretrain')));
  });

  it('fcft-mixed makes plain source a quarter of the texts of fcft', () => {
    const plain = OBJECTIVES.fcft.examples(input(samples));
    const mixed = EXPERIMENT_OBJECTIVES['fcft-mixed'].examples(input(samples, { plainSource: [source] }));
    assert.deepEqual(mixed.slice(0, 2), plain);
    assert.deepEqual(ids(mixed.slice(2)), ['source#0']);
  });

  it('have names that no run outside of an experiment may use', () => {
    const { argChoices } = trainCommand().options.find(({ long }) => long === '--objective') ?? {};
    assert.deepEqual(argChoices, ['auto', ...Object.keys(OBJECTIVES)]);
    assert.deepEqual(
      Object.keys(EXPERIMENT_OBJECTIVES).filter((name) => name in OBJECTIVES),
      [],
    );
  });
});
