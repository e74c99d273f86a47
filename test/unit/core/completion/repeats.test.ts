import assert from 'node:assert/strict';
import { withoutRepeats } from '../../../../src/core/completion/repeats.ts';

describe('repeats', () => {
  it('of the line above are dropped', () => {
    assert.equal(withoutRepeats('x = f(1)', 'def g():\n    x = f(1)\n    '), '');
    assert.equal(withoutRepeats('x = f(2)', 'def g():\n    x = f(1)\n    '), 'x = f(2)');
  });

  it('of what is too short to mean anything stay', () => {
    assert.equal(withoutRepeats(')', 'f(g(\n)\n'), ')');
    assert.equal(withoutRepeats('pass', 'pass\n'), 'pass');
  });

  it('of a line or of some lines are cut at the first', () => {
    assert.equal(withoutRepeats('a = 1\nb += 1\nb += 1\nb += 1\nb +', ''), 'a = 1\nb += 1');
    assert.equal(withoutRepeats('x()\ny()\nx()\ny()\nx()\ny()\n', ''), 'x()\ny()');
    assert.equal(withoutRepeats('b += 1\nb += 1\nreturn b', ''), 'b += 1\nb += 1\nreturn b');
  });
});
