import assert from 'node:assert/strict';
import { CompletionCache } from '../../../../src/core/completion/cache.ts';

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
    cache.use('one');
    cache.put(place('a'), '1');
    cache.use('one');
    assert.equal(cache.get(place('a')), '1');
    cache.use('two');
    assert.equal(cache.get(place('a')), undefined);
  });
});
