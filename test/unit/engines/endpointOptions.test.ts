import assert from 'node:assert/strict';
import { endpointOf } from '../../../src/cli/endpointOptions.ts';
import { endpointWords } from '../../../src/core/text/words.ts';
import { UserError } from '../../../src/protocol/errors.ts';

describe('options of an endpoint', () => {
  it('are an endpoint with the documented defaults', () => {
    assert.deepEqual(endpointOf({ endpoint: 'http://localhost:8000/v1/' }), {
      kind: 'openai',
      model: undefined,
      url: 'http://localhost:8000',
      keyVariable: 'LETI_ENDPOINT_KEY',
      concurrency: 16,
      weights: 'none',
    });
    assert.equal(endpointOf({}), undefined);
  });

  for (const [what, flags, message] of [
    [
      'an address with a password',
      { endpoint: 'http://me:secret@localhost:1' },
      /without user name and password/,
    ],
    ['a name without http://', { endpoint: 'gpu-machine' }, /begins with http:\/\//],
    ['another kind of address', { endpoint: 'ftp://localhost' }, /begins with http:\/\//],
    [
      'a key instead of its variable',
      { endpoint: 'http://localhost', endpointKey: 'sk-secret' },
      /name of an environment variable/,
    ],
    ['options without an address', { endpointKind: 'vllm' as const }, /needs its address/],
  ] as const) {
    it(`refuse ${what}`, () => {
      assert.throws(
        () => endpointOf(flags),
        (error: unknown) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, message);
          assert.ok(!error.message.includes('secret'), error.message);
          assert.equal(error.exitCode, 2);
          return true;
        },
      );
    });
  }
});

describe('words about an endpoint', () => {
  it('say where programs come from and with which weights', () => {
    const endpoint = endpointOf({ endpoint: 'http://gpu:8000', endpointKind: 'vllm' });
    assert.ok(endpoint !== undefined);
    assert.equal(
      endpointWords(endpoint),
      'http://gpu:8000 (vllm) writes the programs of rounds: its model, its own weights in every round',
    );
  });
});
