import assert from 'node:assert/strict';
import { completionStatusText, type CompletionFacts } from '../../../../src/core/completion/statusText.ts';

describe('completionWords', () => {
  const fresh: CompletionFacts = {
    enabled: true,
    pausedUntil: undefined,
    model: undefined,
    why: undefined,
    latencies: [],
    verdict: undefined,
  };

  it('says that nobody has asked, that they are off, and until when they pause', () => {
    assert.equal(completionStatusText(fresh), 'Completions start when you type');
    assert.equal(completionStatusText({ ...fresh, enabled: false }), 'Completions are off');
    assert.equal(completionStatusText({ ...fresh, pausedUntil: '14:05' }), 'Completions snoozed until 14:05');
  });

  it('names the model, the usual and the slow time, and why nothing is shown', () => {
    const latencies = [...Array.from({ length: 94 }, () => 10.4), 1, 2, 300, 300, 300, 300, 300];
    const facts = { ...fresh, model: 'LeTI round 1', why: 'code follows the cursor', latencies };
    assert.equal(
      completionStatusText(facts),
      'LeTI round 1; 10 ms (p50), 10 ms (p95); no suggestion: code follows the cursor',
    );
    assert.equal(completionStatusText({ ...fresh, latencies: [3, 1, 200] }), '3 ms (p50), 200 ms (p95)');
    const verdict = 'passes 3 of 3 tests';
    assert.equal(completionStatusText({ ...fresh, model: 'm', verdict }), 'm; passes 3 of 3 tests');
  });
});
