import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ParseCheck } from '../../../src/execution/parseCheck.ts';
import { testInterpreter } from '../../support/executor.ts';

describe('the parse check', function () {
  this.timeout(30_000);
  let check: ParseCheck;

  before(async () => {
    check = new ParseCheck(await testInterpreter());
  });

  after(async () => {
    await check.close();
  });

  it('finds the first text with which the file parses', async () => {
    const header = 'def f(x):\n    ';
    assert.deepEqual(await check.first(header, '\n', ['return x']), { first: 0, error: null });
    const cut = await check.first(header, '\n', ['y = x\n    return (', 'y = x']);
    assert.equal(cut.first, 1);
    assert.match(cut.error ?? '', /^SyntaxError: .*line 3/);
    const none = await check.first(header, '\n', ['']);
    assert.equal(none.first, null);
    assert.match(none.error ?? '', /^IndentationError/);
  });

  it('finds what only the compiler sees, and survives hostile text', async () => {
    assert.equal((await check.first('', '', ['return 1\n'])).first, null);
    assert.equal((await check.first('', '', ['x = "\0"\n'])).first, null);
    assert.equal((await check.first('', '', [`x = ${'('.repeat(5000)}\n`])).first, null);
    assert.equal((await check.first('', '', ['x = "é😀\u2028"\n'])).first, 0);
  });

  it('runs nothing of what it parses', async () => {
    assert.equal((await check.first('', '', ['import os\nos._exit(3)\n'])).first, 0);
    assert.equal((await check.first('', '', ['x = 1\n'])).first, 0);
  });

  it('answers questions that come together in their order', async () => {
    const answers = await Promise.all(['x = 1', 'x =', 'x = 2'].map((text) => check.first('', '\n', [text])));
    assert.deepEqual(
      answers.map(({ first }) => first),
      [0, null, 0],
    );
  });

  it('takes a text that ends the interpreter for one that does not parse', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-parse-'));
    const weak = path.join(folder, 'python');
    writeFileSync(weak, '#!/bin/sh\nread -r line\nexit 3\n');
    chmodSync(weak, 0o755);
    const answer = await new ParseCheck(weak).first('', '', ['x = 1']);
    assert.equal(answer.first, null);
    assert.match(answer.error ?? '', /exit code 3/);
    await assert.rejects(new ParseCheck(path.join(folder, 'none')).first('', '', ['x = 1']), /ENOENT/);
    rmSync(folder, { recursive: true });
  });

  it('starts again after it was closed', async () => {
    await check.close();
    assert.equal((await check.first('', '', ['x = 1\n'])).first, 0);
  });
});
