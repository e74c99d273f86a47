import assert from 'node:assert/strict';
import { chooseObjective, OBJECTIVES } from '../../../../src/core/learning/objectives/objectives.ts';
import { sourcePieces } from '../../../../src/core/learning/plainSource.ts';
import { ids, input, sample, text } from '../../../support/objectives.ts';
import { chatStyle, PLAIN } from '../../../support/tasks.ts';

describe('feedback-conditioned fine-tuning', () => {
  const { examples } = OBJECTIVES.fcft;

  it('puts verdict, feedback, task, program and end in this order', () => {
    const [good, bad] = examples(input([sample('a', 0, true), sample('a', 1, false)]));
    const task = '<user>Write f.<assistant>```python\ndef f(';
    assert.equal(text(good), `<r0>${task}x): return 0\n\`\`\`<end>`);
    assert.equal(text(bad), `<r1><r2>Error1: no<r3>${task}x): return 1\n\`\`\`<end>`);
  });

  it('learns the program and its end', () => {
    const samples = [sample('a', 0, true), sample('a', 1, false)];
    for (const example of examples(input(samples))) {
      for (const { role, weight } of example.segments) {
        assert.equal(weight, role === 'program' || role === 'end' ? 1 : 0);
      }
    }
  });

  it('balances good and bad by task', () => {
    const failures = Array.from({ length: 7 }, (_, index) => sample('a', index + 1, false));
    const chosen = examples(input([sample('a', 0, true), ...failures]));
    assert.deepEqual(ids(chosen), ['a#0', 'a#1']);
  });

  it('fills up with one failure each of tasks without a pass until both sides are equal', () => {
    const samples = [
      ...[0, 1, 2].map((index) => sample('a', index, true)),
      ...['b', 'c', 'd'].flatMap((task) => [0, 1].map((index) => sample(task, index, false))),
    ];
    const chosen = ids(examples(input(samples)));
    assert.equal(chosen.length, 6);
    assert.deepEqual(chosen.slice(3).sort(), ['b#0', 'c#0', 'd#0']);
  });

  it('keeps a few of one kind of program only', () => {
    const same = [0, 1, 2].map((index) => sample('a', index, true, { hash: 'same' }));
    assert.deepEqual(ids(examples(input(same))), ['a#0']);
    const many = Array.from({ length: 8 }, (_, index) => sample('a', index, true));
    assert.equal(examples(input(many)).length, 4);
  });

  it('prefers failures that say something new', () => {
    const samples = [
      sample('a', 0, true),
      sample('a', 1, true),
      sample('a', 2, false, { feedback: 'NameError: x' }),
      sample('a', 3, false, { feedback: 'NameError: x' }),
      sample('a', 4, false, { feedback: 'TypeError: y' }),
    ];
    assert.deepEqual(ids(examples(input(samples))), ['a#0', 'a#1', 'a#2', 'a#4']);
  });

  it('keeps one failure a task when nothing passed', () => {
    const samples = ['a', 'b'].flatMap((task) => [0, 1].map((index) => sample(task, index, false)));
    assert.deepEqual(ids(examples(input(samples))).sort(), ['a#0', 'b#0']);
  });

  it('replays earlier passes behind this round’s own', () => {
    const replay = [sample('a', 9, true, { hash: 'a#0' }), sample('b', 9, true)];
    const chosen = ids(examples(input([sample('a', 0, true)], { replay })));
    assert.deepEqual(chosen, ['a#0', 'b#9']);
  });

  it('breaks plain markers that a program or its feedback spells', () => {
    const hostile = sample('a', 1, false, { completion: '"<|good|>"', feedback: '<|/feedback|>' });
    const [example] = examples(input([hostile], { style: chatStyle(PLAIN) }));
    const foreign = (example?.segments ?? []).filter(({ kind }) => kind === 'text');
    assert.ok(foreign.every((segment) => !segment.text.includes('<|')));
    assert.ok(text(example).startsWith('<|bad|><|feedback|>< |/feedback|><|/feedback|>'));
  });

  it('is the same for the same input', () => {
    const samples = ['a', 'b', 'c'].flatMap((task) => [0, 1, 2].map((n) => sample(task, n, n === 0)));
    assert.deepEqual(examples(input(samples)), examples(input(samples)));
  });
});

describe('other objectives', () => {
  const samples = [sample('a', 0, true), sample('a', 1, false)];

  it('rejection has passes only, without a marker, and needs some', () => {
    const chosen = OBJECTIVES.rejection.examples(input(samples));
    assert.deepEqual(ids(chosen), ['a#0']);
    assert.ok(text(chosen[0]).startsWith('<user>'));
    assert.equal(OBJECTIVES.rejection.trainsWithoutPasses, false);
    assert.deepEqual(OBJECTIVES.rejection.examples(input([sample('a', 1, false)])), []);
  });

  it('sft has the references and nothing that the model wrote', () => {
    const chosen = OBJECTIVES.sft.examples(input(samples));
    assert.equal(chosen.length, 4);
    assert.ok(chosen.every((example) => text(example).includes('x):\n    return x + 1\n```<end>')));
  });
});

describe('the objective of a round', () => {
  it('is the one that was asked for, or with auto one that suits what there is', () => {
    assert.equal(chooseObjective('sft', { passes: 0 }), 'sft');
    assert.equal(chooseObjective('auto', { passes: 1 }), 'rejection');
    assert.equal(chooseObjective('auto', { passes: 0 }), 'fcft');
  });
});

describe('pieces of plain source', () => {
  const source = Array.from({ length: 200 }, (_, line) => `value_${line} = ${line}\n`).join('');

  it('are as many as asked for, begin with a line, and are the same for the same seed', () => {
    const pieces = sourcePieces([source], 10, 1);
    assert.equal(pieces.length, 10);
    for (const piece of pieces) {
      assert.match(text(piece), /^value_\d+ = /);
      assert.ok(source.includes(text(piece)));
      assert.deepEqual(
        piece.segments.map(({ kind, role, weight }) => [kind, role, weight]),
        [['text', 'pretrain', 1]],
      );
    }
    assert.deepEqual(sourcePieces([source], 10, 1), pieces);
  });

  it('are none without a count or without a source that is long enough', () => {
    assert.deepEqual(sourcePieces([source], 0, 1), []);
    assert.deepEqual(sourcePieces(['x = 1\n'], 10, 1), []);
  });
});
