import assert from 'node:assert/strict';
import { mixExamples } from '../../../../src/core/learning/continuedPretraining.ts';
import { chooseObjective } from '../../../../src/core/learning/objectives/choose.ts';
import { OBJECTIVES } from '../../../../src/core/learning/objectives/index.ts';
import type { ObjectiveInput, ScoredSample } from '../../../../src/core/learning/objectives/objective.ts';
import { withVerdictForm } from '../../../../src/core/learning/prompts.ts';
import type { TrainingExample } from '../../../../src/protocol/training.ts';
import { bareTask, chatStyle, PLAIN } from '../../../support/tasks.ts';

const text = (example: TrainingExample | undefined): string =>
  (example?.segments ?? []).map((segment) => segment.text).join('');

function sample(
  task: string,
  index: number,
  passed: boolean,
  parts: Partial<ScoredSample> = {},
): ScoredSample {
  const id = `${task}#${index}`;
  const feedback = passed ? '' : `Error${index}: no`;
  return { id, taskId: task, completion: `x): return ${index}`, passed, feedback, hash: id, ...parts };
}

function input(samples: ScoredSample[], parts: Partial<ObjectiveInput> = {}): ObjectiveInput {
  const tasks = new Map(
    ['a', 'b', 'c', 'd'].map((id) => [id, bareTask({ id, reference: 'x):\n    return x + 1\n' })]),
  );
  return {
    tasks,
    samples,
    replay: [],
    mutants: [],
    pretraining: [],
    style: chatStyle(),
    lossOn: 'program',
    seed: 1,
    ...parts,
  };
}

const ids = (examples: TrainingExample[]): string[] => examples.map((example) => example.id);

describe('feedback-conditioned fine-tuning', () => {
  const { examples } = OBJECTIVES.fcft;

  it('puts verdict, feedback, task, program and end in this order', () => {
    const [good, bad] = examples(input([sample('a', 0, true), sample('a', 1, false)]));
    const task = '<user>Write f.<assistant>```python\ndef f(';
    assert.equal(text(good), `<r0>${task}x): return 0\n\`\`\`<end>`);
    assert.equal(text(bad), `<r1><r2>Error1: no<r3>${task}x): return 1\n\`\`\`<end>`);
  });

  it('writes the verdict where the answer begins, as often as it is told', () => {
    const style = withVerdictForm(chatStyle(), { at: 'answer', times: 3 });
    const bad = examples(input([sample('a', 1, false)], { style }))[0];
    assert.equal(
      text(bad),
      '<r2>Error1: no<r3><user>Write f.<assistant><r1><r1><r1>```python\ndef f(x): return 1\n```<end>',
    );
  });

  it('learns the program and its end, or everything', () => {
    const samples = [sample('a', 0, true), sample('a', 1, false)];
    for (const example of examples(input(samples))) {
      for (const { role, weight } of example.segments) {
        assert.equal(weight, role === 'program' || role === 'end' ? 1 : 0);
      }
    }
    for (const example of examples(input(samples, { lossOn: 'all' }))) {
      assert.ok(example.segments.every(({ weight }) => weight === 1));
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

  it('fcft-binary says good or bad and no more', () => {
    const [, bad] = OBJECTIVES['fcft-binary'].examples(input(samples));
    assert.ok(text(bad).startsWith('<r1><user>'));
  });

  it('rejection has passes only, without a marker, and needs some', () => {
    const chosen = OBJECTIVES.rejection.examples(input(samples));
    assert.deepEqual(ids(chosen), ['a#0']);
    assert.ok(text(chosen[0]).startsWith('<user>'));
    assert.equal(OBJECTIVES.rejection.trainsWithoutPasses, false);
    assert.deepEqual(OBJECTIVES.rejection.examples(input([sample('a', 1, false)])), []);
  });

  it('repair asks with a failure and its feedback, and learns the program that passes alone', () => {
    const chosen = OBJECTIVES.repair.examples(input([...samples, sample('b', 0, false)]));
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
    assert.deepEqual(OBJECTIVES.repair.examples(input([sample('b', 0, false)])), []);
  });

  it('mutation asks with a changed reference and its feedback, and learns the reference, of a few a task', () => {
    const mutants = [0, 1, 2].map((index) =>
      sample('b', index, false, { completion: `x): return x - ${index}` }),
    );
    const chosen = OBJECTIVES.mutation.examples(input([sample('a', 0, true)], { mutants }));
    assert.deepEqual(ids(chosen), ['a#0', 'b#0>b#reference', 'b#1>b#reference']);
    assert.match(
      text(chosen[1]),
      /wrong:[^]*return x - 0[^]*Error0: no[^]*x\):\n {4}return x \+ 1\n```<end>$/,
    );
    assert.deepEqual(ids(OBJECTIVES.rejection.examples(input([sample('a', 0, true)], { mutants }))), ['a#0']);
  });

  it('fcft-learnable keeps the tasks that some samples solve and others do not', () => {
    const always = [0, 1].map((index) => sample('a', index, true));
    const sometimes = [sample('b', 0, true), sample('b', 1, false)];
    const never = [0, 1].map((index) => sample('c', index, false));
    const replay = [sample('a', 8, true), sample('b', 8, true)];
    const chosen = OBJECTIVES['fcft-learnable'].examples(
      input([...always, ...sometimes, ...never], { replay }),
    );
    assert.deepEqual(ids(chosen), ['b#0', 'b#8', 'b#1']);
    assert.match(text(chosen[2]), /^<r1><r2>Error1: no<r3>/);
  });

  it('fcft-paper keeps every sample and learns every token', () => {
    const all = [...samples, sample('a', 2, false, { hash: 'a#1' }), sample('b', 0, false)];
    const chosen = OBJECTIVES['fcft-paper'].examples(input(all));
    assert.deepEqual(ids(chosen), ['a#0', 'a#1', 'a#2', 'b#0']);
    assert.ok(chosen.every(({ segments }) => segments.every(({ weight }) => weight === 1)));
  });

  it('unchecked reads no verdict, and keeps a few different programs a task', () => {
    const many = Array.from({ length: 6 }, (_, index) => sample('a', index, index > 4));
    const chosen = OBJECTIVES.unchecked.examples(input([...many, sample('a', 9, true, { hash: 'a#0' })]));
    assert.deepEqual(ids(chosen), ['a#0', 'a#1', 'a#2', 'a#3']);
    assert.ok(text(chosen[0]).startsWith('<user>'));
  });

  it('pretraining has no sample in it', () => {
    const source = Array.from({ length: 200 }, (_, line) => `value_${line} = ${line}\n`).join('');
    const chosen = OBJECTIVES.pretraining.examples(input(samples, { pretraining: [source] }));
    assert.equal(chosen.length, samples.length);
    assert.ok(chosen.every(({ segments }) => segments.every(({ role }) => role === 'pretrain')));
  });

  it('sft has the references and nothing that the model wrote', () => {
    const chosen = OBJECTIVES.sft.examples(input(samples));
    assert.equal(chosen.length, 4);
    assert.ok(chosen.every((example) => text(example).includes('x):\n    return x + 1\n```<end>')));
  });
});

describe('the objective of a round', () => {
  it('is the one that was asked for, or with auto one that suits what there is', () => {
    assert.equal(chooseObjective('repair', { passes: 0 }), 'repair');
    assert.equal(chooseObjective('auto', { passes: 1 }), 'rejection');
    assert.equal(chooseObjective('auto', { passes: 0 }), 'fcft');
  });
});

describe('continued pre-training', () => {
  const source = Array.from({ length: 200 }, (_, line) => `value_${line} = ${line}\n`).join('');

  it('makes up its share of all texts, in pieces that begin with a line', () => {
    const pieces = mixExamples([source], 30, 0.25, 1);
    assert.equal(pieces.length, 10);
    for (const piece of pieces) {
      assert.match(text(piece), /^value_\d+ = /);
      assert.ok(source.includes(text(piece)));
      assert.deepEqual(
        piece.segments.map(({ kind, role, weight }) => [kind, role, weight]),
        [['text', 'pretrain', 1]],
      );
    }
    assert.deepEqual(mixExamples([source], 30, 0.25, 1), pieces);
  });

  it('is empty without a share or without a source', () => {
    assert.deepEqual(mixExamples([source], 30, 0, 1), []);
    assert.deepEqual(mixExamples(['x = 1\n'], 30, 0.25, 1), []);
  });
});

describe('unlikelihood', () => {
  const failed = (index: number, feedback: string): ScoredSample =>
    sample('a', index, false, { completion: `x):\n    a = ${index}\n    return y + a`, feedback });
  const samples = [
    sample('a', 0, true),
    failed(1, 'AssertionError\ngot: 3\nexpected: 2'),
    failed(2, "NameError: name 'y' is not defined\nline 3, in f: return y + a"),
  ];
  const unlearnt = (examples: TrainingExample[]): string[] =>
    examples.flatMap(({ segments }) => segments.filter(({ weight }) => weight < 0).map((one) => one.text));

  it('learns passing programs, and not to write the line at which a failed one stopped', () => {
    const examples = OBJECTIVES.unlikelihood.examples(input(samples));
    assert.deepEqual(ids(examples), ['a#0', 'a#2']);
    assert.deepEqual(unlearnt(examples), [' y + a']);
    assert.equal(
      text(examples[1]),
      '<user>Write f.<assistant>```python\ndef f(x):\n    a = 2\n    return y + a\n```<end>',
    );
    assert.ok(examples[1]?.segments.every(({ weight }) => weight === 0 || weight === -0.25));
  });

  it('without the text cannot tell where, and blames whole programs', () => {
    const examples = OBJECTIVES['unlikelihood-binary'].examples(input(samples));
    assert.deepEqual(ids(examples), ['a#0', 'a#1']);
    assert.deepEqual(unlearnt(examples), ['x):\n    a = 1\n    return y + a']);
  });
});
