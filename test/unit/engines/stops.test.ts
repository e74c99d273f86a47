import assert from 'node:assert/strict';
import { stopRule } from '../../../src/core/text/trimming.ts';
import { cutAtStop, finished, plainStops } from '../../../src/engines/stops.ts';

const BODY = new RegExp(stopRule({ hole: 'body', indent: 4 }));

describe('stop texts of an endpoint', () => {
  it('stop nowhere where the rule would go on', () => {
    const stops = plainStops(BODY, true, Infinity);
    assert.ok(stops.includes('\n```') && stops.includes('\ndef '));
    assert.ok(!stops.includes('\n'), 'an empty line is part of a body');
    for (const stop of stops) assert.match(`x${stop}`, BODY);
  });

  it('are a line break alone where a line is completed', () => {
    assert.deepEqual(plainStops(/\n/, true, Infinity), ['\n']);
  });

  it('leave a fence out where the server would swallow it, and keep to its number', () => {
    const stops = plainStops(BODY, false, 4);
    assert.equal(stops.length, 4);
    assert.ok(!stops.includes('\n```'));
  });

  for (const [text, cut] of [
    ['\n    return x\n```\nMore', '\n    return x\n```'],
    ['\n    return x\ndef g():', '\n    return x\nd'],
    ['\n    return (\n    x\n)\nprint(1)', '\n    return (\n    x\n)\np'],
    ['\n    return x\n🐍', '\n    return x\n🐍'],
  ] as const) {
    it(`cut ${JSON.stringify(text)} where our decoding would have stopped`, () => {
      const found = cutAtStop(text, BODY);
      assert.equal(found, cut);
      assert.match(cut, BODY);
      assert.deepEqual(finished(text, 'ambiguous', BODY, true), { text: cut, finish: 'stop' });
    });
  }

  it('tell an end from a stop where the server does', () => {
    assert.equal(cutAtStop('\n    return x', BODY), undefined);
    assert.equal(finished('\n    return x', 'end', BODY, true).finish, 'end');
    assert.equal(finished('\n    return x', 'ambiguous', BODY, true).finish, 'stop');
    assert.equal(finished('\n    return x', 'ambiguous', BODY, false).finish, 'end');
    assert.equal(finished('\n    return x', 'length', BODY, true).finish, 'length');
  });
});
