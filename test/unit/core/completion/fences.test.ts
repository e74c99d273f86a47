import assert from 'node:assert/strict';
import { withoutFences } from '../../../../src/core/completion/finish.ts';

describe('fences', () => {
  it('are taken off with what is said behind them', () => {
    assert.equal(withoutFences('```python\nreturn 1\n```\nThis returns 1.'), 'return 1');
    assert.equal(withoutFences('return 1\n```'), 'return 1');
    assert.equal(withoutFences('```'), '');
  });

  it('are not seen where there are none', () => {
    assert.equal(withoutFences('\n    return "``"'), '\n    return "``"');
  });
});
