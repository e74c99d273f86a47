import assert from 'node:assert/strict';
import { statusView, type StatusFacts } from '../../../../src/core/completion/statusText.ts';

const ready: StatusFacts = {
  enabled: true,
  pausedUntil: undefined,
  model: undefined,
  why: undefined,
  notSetUp: false,
  busy: false,
  latencies: [],
  verdict: undefined,
  place: 'here',
  run: undefined,
  server: 'well',
};

describe('the status item', () => {
  for (const [what, change, text, tooltip] of [
    ['is ready', {}, '$(sparkle) LeTI', 'Ready'],
    ['loads', { busy: true }, '$(loading~spin) LeTI: loading', 'The model is loading.'],
    ['works', { busy: true, model: 'm' }, '$(loading~spin) LeTI', 'Model: m'],
    ['is off', { enabled: false }, '$(circle-slash) LeTI: off', 'Completions are off.'],
    [
      'is snoozed',
      { pausedUntil: '14:05' },
      '$(bell-slash) LeTI: snoozed',
      'Completions snoozed until 14:05.',
    ],
    [
      'is not set up',
      { notSetUp: true, why: 'No model yet.' },
      '$(warning) LeTI: not set up',
      'No model yet.',
    ],
    [
      'trains',
      { run: { step: 'Step 2 of 4', done: 0.349 } },
      '$(loading~spin) LeTI: training 34 %',
      'Step 2 of 4',
    ],
    [
      'trains before the steps are known',
      { run: { step: 'Starting', done: undefined } },
      '$(loading~spin) LeTI: training',
      'Starting',
    ],
    [
      'is in a file of another language',
      { place: 'other language' },
      '$(circle-outline) LeTI: not in this file',
      'LeTI completes Python files only.',
    ],
    [
      'is outside the folder',
      { place: 'outside' },
      '$(circle-outline) LeTI: not in this file',
      'LeTI works in saved .py files inside this folder.',
    ],
    [
      'is not trusted',
      { place: 'untrusted' },
      '$(shield) LeTI: restricted',
      'This folder is in Restricted Mode, so LeTI runs nothing of it.',
    ],
    [
      'restarts',
      { server: 'restarting' },
      '$(loading~spin) LeTI: restarting',
      'The server ended unexpectedly.',
    ],
    ['is stopped', { server: { gaveUp: 'killed' } }, '$(error) LeTI: stopped', 'killed'],
  ] as const) {
    it(`says that it ${what}`, () => {
      const view = statusView({ ...ready, ...change });
      assert.equal(view.text, text);
      assert.equal(view.tooltip, `LeTI\n${tooltip}`);
    });
  }

  it('names the model, the usual and the slow time, why nothing is shown, and the newest result', () => {
    const latencies = [...Array.from({ length: 94 }, () => 10.4), 1, 2, 300, 300, 300, 300, 300];
    const facts = {
      model: 'round 1, 12.5 %',
      why: 'code follows the cursor',
      verdict: 'passes 3 of 3 tests',
    };
    assert.deepEqual(
      statusView({ ...ready, ...facts, latencies })
        .tooltip.split('\n')
        .slice(1),
      [
        'Model: round 1, 12.5 %',
        'Answers of the model: 10 ms (median), 10 ms (95 %)',
        'No suggestion here: code follows the cursor',
        'Last result: passes 3 of 3 tests',
      ],
    );
  });

  it('offers what can be done now', () => {
    const offered = (change: Partial<StatusFacts>): string[] => statusView({ ...ready, ...change }).actions;
    assert.deepEqual(offered({}), ['snooze', 'turnOff', 'choose', 'doctor']);
    assert.deepEqual(offered({ pausedUntil: '14:05' }), ['resume', 'turnOff']);
    assert.deepEqual(offered({ enabled: false }), ['turnOn', 'choose', 'doctor']);
    assert.deepEqual(offered({ notSetUp: true }), ['setUp', 'choose', 'doctor']);
    assert.equal(offered({ run: { step: '', done: 0 } })[0], 'openRun');
    assert.deepEqual(offered({ place: 'untrusted' }), []);
  });
});
