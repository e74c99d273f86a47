import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RecordedCompletions } from '../../../src/app/recordedCompletions.ts';
import { CompletionStore } from '../../../src/store/completionStore.ts';
import { used } from '../../support/recorded.ts';

const WRITER = `
import { CompletionStore } from ${JSON.stringify(path.resolve('src/store/completionStore.ts'))};
const store = new CompletionStore(process.argv[2]);
const record = ${JSON.stringify(used({ shown: 'x'.repeat(10_000) }))};
for (let count = 0; ; count += 1) {
  store.put({ ...record, id: String(count) });
  if (count === 20) process.stdout.write('going');
}
`;

describe('the store of completions', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-uses-'));
    file = path.join(folder, 'deep', 'completions.sqlite');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps what it is given, and replaces what is told of the same completion later', () => {
    const uses = new RecordedCompletions({ completions: file });
    assert.deepEqual(uses.list(), []);
    assert.equal(existsSync(file), false);
    const [a, b] = [used({ id: 'a', shown: 'é\u0000\u2028' }), used({ id: 'b', outcome: 'rejected' })];
    uses.record(a);
    uses.record(b);
    uses.record({ ...a, later: 'removed', kept: '' });
    assert.deepEqual(uses.list(), [{ ...a, later: 'removed', kept: '' }, b]);
  });

  it('lets the oldest go', () => {
    const store = new CompletionStore(file);
    for (let count = 0; count < 510; count += 1) store.put(used({ id: String(count) }));
    const kept = store.all();
    store.close();
    assert.deepEqual([kept.length, kept[0]?.id, kept.at(-1)?.id], [500, '10', '509']);
  });

  it('leaves nothing behind when it is deleted, and begins anew', async () => {
    const uses = new RecordedCompletions({ completions: file });
    uses.record(used());
    await uses.delete();
    await uses.delete();
    assert.deepEqual(readdirSync(path.dirname(file)), []);
    uses.record(used({ id: 'b' }));
    assert.deepEqual(
      uses.list().map(({ id }) => id),
      ['b'],
    );
  });

  it('has whole records only, after its writer was killed', async () => {
    const script = path.join(folder, 'writer.ts');
    writeFileSync(script, WRITER);
    const writer = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(writer.stdout, 'data');
    writer.kill('SIGKILL');
    await once(writer, 'close');
    const kept = new RecordedCompletions({ completions: file }).list();
    assert.ok(kept.length >= 20);
    assert.ok(kept.every(({ shown }) => shown.length === 10_000));
  });

  it('hides what is damaged and refuses what is no store or newer, without touching it', () => {
    const uses = new RecordedCompletions({ completions: file });
    uses.record(used());
    const database = new DatabaseSync(file);
    database.exec(`INSERT INTO completions (id, record) VALUES ('x', '{"id": 1}'), ('y', '{')`);
    assert.deepEqual(uses.list(), [used()]);
    database.exec('PRAGMA user_version = 99');
    database.close();
    assert.throws(() => uses.list(), /newer LeTI/);
    writeFileSync(file, 'no database');
    assert.throws(() => uses.list(), /cannot be read/);
    assert.equal(readFileSync(file, 'utf8'), 'no database');
  });
});
