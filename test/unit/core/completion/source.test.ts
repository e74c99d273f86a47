import assert from 'node:assert/strict';
import {
  endOfOpenString,
  columns,
  headerEnd,
  indentUnit,
  mask,
} from '../../../../src/core/completion/source.ts';

describe('source of code that is being typed', () => {
  it('blanks strings and comments, and keeps lines and lengths', () => {
    const source = "x = \"a # b\" # c\ny = '''d\n\"e\"''' + 'f\\'g'\n";
    const masked = mask(source);
    assert.equal(masked.text, "x = \"     \"    \ny = ''' \n   ''' + '    '\n");
    assert.equal(masked.text.length, source.length);
    assert.equal(masked.end, 'code');
  });

  for (const [source, end, quotes] of [
    ['x = 1', 'code', undefined],
    ['x = "abc', 'string', '"'],
    ['x = "abc"', 'code', undefined],
    ['x = "abc\\"', 'string', '"'],
    ['x = "', 'string', '"'],
    ['x = "abc\ny', 'code', undefined],
    ['"""doc\nmore', 'string', '"""'],
    ['"""doc\n\\"""', 'string', '"""'],
    ['"""doc"""', 'code', undefined],
    ['""', 'code', undefined],
    ['"""', 'string', '"""'],
    ['# note', 'comment', undefined],
    ['# note\n', 'code', undefined],
    ['x = "# no"', 'code', undefined],
  ] as const) {
    it(`says that ${JSON.stringify(source)} ends in ${end}`, () => {
      const masked = mask(source);
      assert.deepEqual([masked.end, masked.quotes], [end, quotes]);
    });
  }

  it('finds where code begins again behind an open string', () => {
    assert.equal(endOfOpenString('more\n""" + x', '"""'), 8);
    assert.equal(endOfOpenString('more" + x', '"'), 5);
    assert.equal(endOfOpenString('more\nx', '"'), 4);
    assert.equal(endOfOpenString('more', '"""'), 4);
  });

  it('counts columns as Python does and finds by what blocks are indented', () => {
    assert.equal(columns('\t  '), 10);
    assert.equal(columns('  \t'), 8);
    assert.equal(indentUnit('def f():\n\treturn 1\n'), '\t');
    assert.equal(indentUnit('def f():\n  return 1\n'), '  ');
    assert.equal(indentUnit('x = 1\n'), '    ');
  });

  it('finds the end of a header over several lines, and none of an open one', () => {
    const header = 'def f(\n    a: int = {1: 2},\n) -> int:';
    assert.equal(headerEnd(`${header}\n    pass`, 0), header.length);
    assert.equal(headerEnd('def f(a', 0), undefined);
    assert.equal(headerEnd('def f(a)\nx: int', 0), undefined);
  });
});
