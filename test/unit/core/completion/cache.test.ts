import assert from 'node:assert/strict';
import { CompletionCache, restOfShown } from '../../../../src/core/completion/cache.ts';

const AS_IT_IS = (text: string): string => text;

const place = (
  prefix: string,
  suffix = '',
  settings = '',
): { prefix: string; suffix: string; settings: string } => ({
  prefix,
  suffix,
  settings,
});

describe('completion cache', () => {
  it('answers at the same place and under the same settings only', () => {
    const cache = new CompletionCache(AS_IT_IS);
    cache.put(place('x = ', ')', 's'), '1');
    assert.equal(cache.get(place('x = ', ')', 's')), '1');
    assert.equal(cache.get(place('x = ', '', 's')), undefined);
    assert.equal(cache.get(place('x = ', ')', 't')), undefined);
    assert.equal(cache.get(place('y\nx = ', ')', 's')), undefined);
  });

  it('remembers that nothing was found', () => {
    const cache = new CompletionCache(AS_IT_IS);
    cache.put(place('x'), '');
    assert.equal(cache.get(place('x')), '');
  });

  it('walks back over what was typed', () => {
    const cache = new CompletionCache(AS_IT_IS);
    cache.put(place('a\nx'), ' = 12');
    assert.equal(cache.get(place('a\nx = ')), '12');
    assert.equal(cache.get(place('a\nx = 3')), undefined);
    assert.equal(cache.get(place('a\nx = 12')), undefined);
    assert.equal(cache.get(place('a\n')), undefined);
  });

  it('forgets the least recently used', () => {
    const cache = new CompletionCache(AS_IT_IS, 2);
    cache.put(place('a'), '1');
    cache.put(place('b'), '2');
    cache.get(place('a'));
    cache.put(place('c'), '3');
    assert.deepEqual(
      [cache.get(place('a')), cache.get(place('b')), cache.get(place('c'))],
      ['1', undefined, '3'],
    );
    assert.equal(cache.size, 2);
  });

  it('is empty after another model comes into use', () => {
    const cache = new CompletionCache(AS_IT_IS);
    cache.switchModel('one');
    cache.put(place('a'), '1');
    cache.switchModel('one');
    assert.equal(cache.get(place('a')), '1');
    cache.switchModel('two');
    assert.equal(cache.get(place('a')), undefined);
  });
});

const shown = { prefix: 'def f():\n    ', suffix: '\n', text: 'return 1\n    # end' };

describe('type-through reuse', () => {
  it('gives the rest while the user types the shown text, line breaks included', () => {
    assert.equal(restOfShown(shown, shown.prefix, '\n'), shown.text);
    assert.equal(restOfShown(shown, `${shown.prefix}ret`, '\n'), 'urn 1\n    # end');
    assert.equal(restOfShown(shown, `${shown.prefix}return 1\n    `, '\n'), '# end');
  });

  it('gives nothing for other text, another suffix, or once all is typed', () => {
    assert.equal(restOfShown(shown, `${shown.prefix}res`, '\n'), undefined);
    assert.equal(restOfShown(shown, shown.prefix.slice(0, -1), '\n'), undefined);
    assert.equal(restOfShown(shown, shown.prefix, ')\n'), undefined);
    assert.equal(restOfShown(shown, shown.prefix + shown.text, '\n'), undefined);
  });
});
