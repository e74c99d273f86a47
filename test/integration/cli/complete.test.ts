import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { completionFixture, withoutBody, type CompletionFixture } from '../../support/completionFixture.ts';
import { LetiProcess, trainerPython } from '../../support/tinyRun.ts';

type Event = Record<string, unknown>;

describe('leti complete', function () {
  this.timeout(180_000);
  let folder: string;
  let fixture: CompletionFixture;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-complete-'));
    fixture = completionFixture(folder);
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Completes at the body of a function; what concerns the completion. */
  async function completed(name: string, ...more: string[]): Promise<Event[]> {
    const { text, line, character } = withoutBody(name);
    writeFileSync(fixture.file, text);
    const at = ['--line', String(line), '--character', String(character)];
    const { code, events, stderr } = await leti([fixture.file, ...at, '--json', ...more]);
    assert.equal(code, 0, stderr);
    return events.filter(({ event }) => event === 'completion' || event === 'nothing' || event === 'notice');
  }

  async function leti(args: string[]): Promise<{ code: number | null; events: Event[]; stderr: string }> {
    const process = new LetiProcess(
      ['complete', ...args, '--model', fixture.model, '--trainer-python', trainerPython()],
      path.join(folder, 'home'),
    );
    const { code } = await process.ended;
    return { code, events: process.events, stderr: process.stderr };
  }

  it('writes one completion and runs nothing', async () => {
    const [found, ...more] = await completed('double');
    assert.deepEqual(more, []);
    assert.equal(found?.['text'], 'return x * 2');
    assert.equal(found['label'], 'not run');
    assert.equal(found['verdict'], undefined);
  });

  it('runs candidates, the best first', async () => {
    const found = await completed('add_one', '--verify', '--candidates', '4');
    assert.equal(found[0]?.['label'], 'passes 1 of 1 test');
    assert.equal(found[0]['task'], 'numbers_kit.py:add_one');
  });

  it('says when nothing covers the place', async () => {
    const found = await completed('lonely', '--verify', '--candidates', '2');
    assert.match(String(found[0]?.['message']), /No test or doctest/);
  });

  it('orders candidates by agreement where they are not run', async () => {
    const [found] = await completed('double', '--candidates', '3');
    assert.match(String(found?.['label']), /^agrees with \d of \d samples$/);
  });

  it('completes a cell of a notebook below the cells above, and refuses what is not Python (c19)', async () => {
    const notebook = path.join(folder, 'workspace', 'numbers.ipynb');
    const { text, line, character } = withoutBody('double');
    const [above = '', own = ''] = text.split('\n\n\ndef double');
    const code = `def double${own}`;
    const source = code.split('\n').map((one) => `${one}\n`);
    const cells = [
      { cell_type: 'markdown', source: ['# Numbers'] },
      { cell_type: 'code', source: above },
      { cell_type: 'code', source },
    ];
    writeFileSync(notebook, JSON.stringify({ cells, metadata: {}, nbformat: 4 }));
    writeFileSync(path.join(folder, 'notes.md'), '# Notes\n');
    const at = ['--line', String(line - above.split('\n').length - 2), '--character', String(character)];
    const { events, stderr } = await leti([notebook, '--cell', '2', ...at, '--json']);
    assert.equal(events.find(({ event }) => event === 'completion')?.['text'], 'return x * 2', stderr);
    const start = ['--line', '0', '--character', '0'];
    for (const [args, says] of [
      [[path.join(folder, 'notes.md'), ...start], /notes\.md is not a Python file[^]*Name a Python file/],
      [[notebook, ...start], /--cell/],
      [[notebook, '--cell', '0', ...start], /the cell is not Python/],
      [[notebook, '--cell', '3', ...start], /has 3 cells, so it has no cell 3/],
      [[path.join(folder, 'notes.md'), '--cell', '0', ...start], /notes\.md is no Jupyter notebook/],
    ] as const) {
      const refused = await leti([...args]);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, says);
    }
  });

  it('refuses a file that is not there, and a line that the file does not have', async () => {
    for (const [args, says] of [
      [[path.join(folder, 'none.py'), '--line', '0', '--character', '0'], /none\.py cannot be read/],
      [[fixture.file, '--line', '999', '--character', '0'], /no line 999/],
      [[fixture.file, '--line', 'x', '--character', '0'], /whole number/],
    ] as const) {
      const { code, stderr } = await leti([...args]);
      assert.equal(code, 2);
      assert.match(stderr, says);
    }
  });
});
