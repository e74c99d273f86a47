import assert from 'node:assert/strict';
import { runOutcome } from '../../../../src/core/outcome/runOutcome.ts';
import {
  cardLines,
  cardMessage,
  cardOf,
  outcomeLine,
  verdictCard,
  type CardFacts,
} from '../../../../src/core/outcome/verdictCard.ts';
import type { Evaluation, GateRecord, RunOutcome } from '../../../../src/protocol/run.ts';

function measured(round: number, passed: number, samples: number, low: number, high: number): Evaluation {
  return {
    round,
    side: 'held-out',
    model: `model ${round}`,
    tasks: 26,
    samples,
    passedSamples: passed,
    passedTasks: passed,
    sealedSamples: samples,
    passAt: { '1': { value: passed / samples, low, high } },
    errorTypes: { passed },
    tokensPerProgram: 10,
  };
}

function gate(round: number, decision: GateRecord['decision'], reason: string, value?: number): GateRecord {
  const difference =
    value === undefined ? {} : { difference: { value, low: value - 0.05, high: value + 0.05 } };
  return { round, decision, reason, model: `model ${round}`, ...difference };
}

const before = measured(0, 32, 208, 0.06, 0.27);
const fell = gate(1, 'refuse', 'held-out pass rate fell: -2.9 points (95 % interval -7.9 to +2.1)', -0.029);
const outcomeOf = (gates: GateRecord[], heldOut: Evaluation[]): RunOutcome => {
  const outcome = runOutcome({ gates, heldOut });
  assert.ok(outcome !== undefined);
  return outcome;
};
const facts = (outcome: RunOutcome | undefined, change: Partial<CardFacts> = {}): CardFacts => ({
  status: 'finished',
  outcome,
  active: { name: 'SmolLM2-135M-Instruct' },
  stored: true,
  worse: 0,
  tested: true,
  ...change,
});

describe('the card of a run', () => {
  it('says that the new model is not better, with both rates, the difference, and what is in use', () => {
    const card = verdictCard(
      facts(outcomeOf([fell], [before, measured(1, 26, 208, 0.038, 0.221)]), { worse: 3 }),
    );
    assert.ok(card !== undefined);
    assert.deepEqual(cardLines(card), [
      'Not better',
      'Test tasks: 12.5 % of attempts pass (3.8 to 22.1 %), before: 15.4 % (6.0 to 27.0 %).',
      'Difference: −2.9 points (95 % interval −7.9 to +2.1).',
      'Pass rate fell.',
      'You keep SmolLM2-135M-Instruct. The new model is stored.',
    ]);
    assert.deepEqual(card.actions, ['use', 'longer', 'worse']);
    assert.equal(
      cardMessage(card),
      'Not better. Test tasks: 12.5 % of attempts pass (3.8 to 22.1 %), before: 15.4 % (6.0 to 27.0 %). You keep SmolLM2-135M-Instruct. The new model is stored.',
    );
  });

  it('says that completions use a better model, and offers to undo that', () => {
    const outcome = outcomeOf(
      [gate(1, 'promote', 'held-out pass rate rose: +6.0 points (95 % interval +1.0 to +11.0)', 0.06)],
      [before, measured(1, 44, 208, 0.1, 0.3)],
    );
    const card = verdictCard(facts(outcome, { active: { hash: 'model 1', name: 'round 1' } }));
    assert.ok(card !== undefined);
    assert.deepEqual([card.answer, card.title], ['better', 'Better']);
    assert.equal(card.inUse, 'Completions now use the new model.');
    assert.deepEqual(card.actions, ['undo', 'longer']);
    assert.ok(!cardLines(card).some((line) => line.includes('rose')), 'the difference says it');
    const undone = verdictCard(facts(outcome, { active: { name: 'SmolLM2' } }));
    assert.equal(undone?.inUse, 'Completions use SmolLM2 instead of the new model.');
    assert.deepEqual(undone.actions, ['use', 'longer']);
  });

  for (const [reason, words] of [
    ['only 6 held-out tasks; 20 are needed to tell', 'Only 6 test tasks; 20 are needed to tell.'],
    ['fewer than 8 samples a held-out task', 'Fewer than 8 attempts per test task.'],
    [
      '3 families of held-out tasks are too few to tell, 6 are needed',
      '3 different test tasks are too few to tell, 6 are needed.',
    ],
    ['the gain may be chance: +8.3 points (-48.5 to +65.1)', 'The gain may be chance.'],
    ['no more held-out programs pass: -2.0 points (-4.0 to -0.1)', 'No more attempts pass.'],
    [
      'a loss of 3 points or more is not ruled out: +1.0 points (95 % interval -4.0 to +6.0)',
      'A loss of 3 points or more is not ruled out.',
    ],
  ] as const) {
    it(`says in plain words why it cannot tell: ${reason}`, () => {
      const card = verdictCard(facts(outcomeOf([gate(1, 'undecided', reason)], [before])));
      assert.equal(card?.title, "Can't tell yet");
      assert.equal(card.facts.at(-1), words);
    });
  }

  it('offers no model that is deleted', () => {
    const card = verdictCard(facts(outcomeOf([fell], [before]), { stored: false }));
    assert.deepEqual(card?.actions, ['longer']);
    assert.match(card.inUse, /The new model is deleted\.$/);
  });

  it('is about the model that was promoted last, and compares it with the first one', () => {
    const outcome = outcomeOf(
      [gate(1, 'promote', 'rose', 0.05), gate(2, 'promote', 'rose', 0.02), gate(3, 'refuse', 'fell', -0.1)],
      [before, measured(1, 42, 208, 0.1, 0.3), measured(2, 46, 208, 0.1, 0.3), measured(3, 20, 208, 0, 0.2)],
    );
    assert.deepEqual([outcome.round, outcome.model, outcome.answer], [2, 'model 2', 'better']);
    assert.equal(outcome.difference, undefined, "the gate's difference is to round 1");
    assert.equal(outcome.before, before);
  });

  it('says what a run without an answer came to', () => {
    assert.equal(runOutcome({ gates: [], heldOut: [before] }), undefined);
    assert.equal(verdictCard(facts(undefined, { status: 'running' })), undefined);
    const stopped = verdictCard(facts(undefined, { status: 'interrupted' }));
    assert.deepEqual([stopped?.title, stopped?.actions], ['Stopped', ['resume']]);
    assert.equal(stopped?.inUse, 'Completions still use SmolLM2-135M-Instruct.');
    const empty = verdictCard(facts(undefined));
    assert.deepEqual([empty?.title, empty?.actions], ['No new model', ['longer']]);
    assert.match(verdictCard(facts(undefined, { tested: false }))?.facts[0] ?? '', /has no test tasks/);
  });

  it('counts the tasks that got worse', () => {
    const summary = {
      ...{ id: 'r', status: 'finished' as const, startedAt: '', objective: 'auto', rounds: 1, model: 'm' },
      outcome: outcomeOf([fell], [before]),
    };
    const report = { heldOut: [before] } as unknown as Parameters<typeof cardOf>[0]['report'];
    const use = { active: { name: 'm' }, stored: false };
    const worse = cardOf({ summary, report }, [{ change: 'regressed' }, { change: 'flaky' }], use);
    assert.ok(worse?.actions.includes('worse'));
    assert.ok(!cardOf({ summary, report }, [{ change: 'flaky' }], use)?.actions.includes('worse'));
  });
});

describe('a run in a list', () => {
  for (const [what, row, expected] of [
    [
      'with its answer and both rates',
      { status: 'finished', outcome: outcomeOf([fell], [before, measured(1, 26, 208, 0, 1)]) },
      'Not better: 15.4 → 12.5 % of attempts pass',
    ],
    [
      'that was stopped after its first answer',
      { status: 'interrupted', outcome: outcomeOf([fell], [before, measured(1, 26, 208, 0, 1)]) },
      'Not better: 15.4 → 12.5 % of attempts pass · stopped',
    ],
    ['without an answer', { status: 'failed', outcome: undefined }, 'failed'],
    ['that trained nothing', { status: 'finished', outcome: undefined }, 'no new model'],
  ] as const) {
    it(`is one line: ${what}`, () => {
      assert.equal(outcomeLine(row), expected);
    });
  }
});
