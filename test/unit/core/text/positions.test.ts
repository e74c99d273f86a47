import assert from 'node:assert/strict';
import { offsetAt } from '../../../../src/core/text/positions.ts';

const at = (line: number, character: number): { line: number; character: number } => ({ line, character });

describe('positions', () => {
  it('are offsets in a text, whatever its line ends', () => {
    assert.equal(offsetAt('ab\ncd', at(0, 1)), 1);
    assert.equal(offsetAt('ab\ncd', at(1, 2)), 5);
    assert.equal(offsetAt('ab\ncd\n', at(2, 0)), 6);
    assert.equal(offsetAt('ab\r\ncd', at(1, 0)), 4);
    assert.equal(offsetAt('', at(0, 0)), 0);
  });

  it('end with their line, and with the text', () => {
    assert.equal(offsetAt('ab\ncd', at(0, 9)), 2);
    assert.equal(offsetAt('ab\r\ncd', at(0, 9)), 2);
    assert.equal(offsetAt('ab\ncd', at(2, 0)), undefined);
  });
});
