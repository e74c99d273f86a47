import assert from 'node:assert/strict';
import { nonePasses, rankCandidates, type Candidate } from '../../../../src/core/completion/ranking.ts';

const run = (
  text: string,
  verdict: 'passed' | 'failed',
  checksPassed: number,
  astHash: string,
): Candidate => ({
  text,
  verdict,
  checksPassed,
  checksTotal: 3,
  astHash,
});
const guess = (text: string): Candidate => ({ text, checksPassed: 0, checksTotal: 0 });

describe('ranking', () => {
  it('says that none passes, where some were run', () => {
    const failed = run('a', 'failed', 0, 'a');
    assert.equal(nonePasses([failed, failed, guess('b')]), 'None of 2 passes');
    assert.equal(nonePasses([failed, run('b', 'passed', 3, 'b')]), undefined);
    assert.equal(nonePasses([guess('a')]), undefined);
  });

  it('puts what passes first, then what more agree on, then the shorter', () => {
    const ranked = rankCandidates([
      run('fails often', 'failed', 2, 'a'),
      run('fails often', 'failed', 2, 'a'),
      run('fails often', 'failed', 2, 'a'),
      run('passes, long', 'passed', 3, 'b'),
      run('passes', 'passed', 3, 'c'),
      run('agreed, and passes', 'passed', 3, 'd'),
      run('agreed,  and passes', 'passed', 3, 'd'),
      run('fails most', 'failed', 1, 'e'),
    ]);
    assert.deepEqual(
      ranked.map(({ text, agreement }) => [text, agreement]),
      [
        ['agreed, and passes', 2],
        ['passes', 1],
        ['passes, long', 1],
        ['fails often', 3],
        ['fails most', 1],
      ],
    );
  });

  it('says honestly what was found out', () => {
    assert.equal(rankCandidates([run('x', 'passed', 3, 'a')])[0]?.label, 'passes 3 of 3 tests');
    assert.equal(rankCandidates([run('x', 'failed', 1, 'a')])[0]?.label, 'passes 1 of 3 tests');
    assert.equal(rankCandidates([guess('x')])[0]?.label, 'not run');
    assert.equal(
      rankCandidates([guess('x'), guess(' x'), guess('y')])[0]?.label,
      'agrees with 2 of 3 samples',
    );
    const one: Candidate = { text: 'x', verdict: 'passed', checksPassed: 1, checksTotal: 1 };
    assert.equal(rankCandidates([one])[0]?.label, 'passes 1 of 1 test');
  });
});
