import assert from 'node:assert/strict';
import { restOf } from '../../../../src/core/completion/cache.ts';

const shown = { prefix: 'def f():\n    ', suffix: '\n', text: 'return 1\n    # end' };

describe('type-through reuse', () => {
  it('gives the rest while the user types the shown text, line breaks included', () => {
    assert.equal(restOf(shown, shown.prefix, '\n'), shown.text);
    assert.equal(restOf(shown, `${shown.prefix}ret`, '\n'), 'urn 1\n    # end');
    assert.equal(restOf(shown, `${shown.prefix}return 1\n    `, '\n'), '# end');
  });

  it('gives nothing for other text, another suffix, or once all is typed', () => {
    assert.equal(restOf(shown, `${shown.prefix}res`, '\n'), undefined);
    assert.equal(restOf(shown, shown.prefix.slice(0, -1), '\n'), undefined);
    assert.equal(restOf(shown, shown.prefix, ')\n'), undefined);
    assert.equal(restOf(shown, shown.prefix + shown.text, '\n'), undefined);
  });
});
