import assert from 'node:assert/strict';
import { Tier } from '../../src/protocol/execution.ts';
import { hostileAt, OTHER_PLACES, SOME_PLACES } from '../integration/execution/hostile.ts';

describe('where hostile programs are run', () => {
  it('is every tier with every user, once', () => {
    const names = [...SOME_PLACES, ...OTHER_PLACES].map((place) => place.join());
    const users = process.getuid?.() === 0 ? ['root', 'an ordinary user'] : ['an ordinary user'];
    const all = Tier.options.flatMap((tier) => users.map((user) => [tier, user].join()));
    assert.deepEqual(names.toSorted(), all.toSorted());
  });
});

for (const place of OTHER_PLACES) hostileAt(place);
