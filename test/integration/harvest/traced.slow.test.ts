import { assertSameCoverage, interpretersWithPytest } from './shop.ts';

describe('tests that are run to see what they cover, under every interpreter', function () {
  this.timeout(300_000);

  it('are followed alike', async () => {
    await assertSameCoverage(await interpretersWithPytest());
  });
});
