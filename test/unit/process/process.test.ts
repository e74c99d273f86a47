import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { requireFreeSpace, letiHome, workspaceData } from '../../../src/process/letiHome.ts';
import { ChildEndedError, JsonLinesChild } from '../../../src/process/jsonLinesChild.ts';
import { packageRoot } from '../../../src/process/packageRoot.ts';
import { runCommand } from '../../../src/process/runCommand.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';

const Answer = z.strictObject({ n: z.int(), last: z.boolean() });

describe('commands', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-process-'));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('give code, output and lines', async () => {
    const lines: string[] = [];
    const done = await runCommand('sh', ['-c', 'echo one; echo two >&2; exit 3'], {
      onLine: (line) => lines.push(line),
    });
    assert.deepEqual(done, { code: 3, stdout: 'one\n', stderr: 'two\n' });
    assert.deepEqual(lines.sort(), ['one', 'two']);
  });

  it('start in the folder of this package, and are found in absolute folders of PATH only', async () => {
    const outer = process.cwd();
    writeFileSync(path.join(folder, 'sh'), '#!/bin/sh\necho trap\n', { mode: 0o755 });
    try {
      process.chdir(folder);
      for (const before of ['.', '']) {
        const env = { PATH: `${before}${path.delimiter}/usr/bin${path.delimiter}/bin` };
        assert.equal((await runCommand('sh', ['-c', 'pwd'], { env })).stdout, `${packageRoot()}\n`);
      }
      for (const PATH of ['', '.', 'bin'])
        assert.equal((await runCommand('sh', [], { env: { PATH } })).code, 127);
      // What the user names by a path is meant from where the user is.
      assert.equal((await runCommand('./sh', [])).stdout, 'trap\n');
    } finally {
      process.chdir(outer);
    }
  });

  it('that cannot be started have code 127', async () => {
    assert.equal((await runCommand('/nowhere/command', [])).code, 127);
  });

  it('are ended with everything that they started', async () => {
    const pidFile = path.join(folder, 'pid');
    const controller = new AbortController();
    const running = runCommand('sh', ['-c', `sleep 600 & echo $! > ${pidFile}; wait`], {
      signal: controller.signal,
    });
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await sleep(10);
    controller.abort();
    await assert.rejects(running, InterruptedError);
    await gone(Number(readFileSync(pidFile, 'utf8')));
  });
});

describe('children that speak JSON lines', () => {
  const child = (script: string): JsonLinesChild<z.infer<typeof Answer>> =>
    new JsonLinesChild(process.execPath, ['-e', script], { env: process.env, schema: Answer });
  const all = async (
    from: JsonLinesChild<z.infer<typeof Answer>>,
    signal?: AbortSignal,
  ): Promise<number[]> => {
    const numbers: number[] = [];
    for await (const { n } of from.request({ ask: 1 }, ({ last }) => last, signal)) numbers.push(n);
    return numbers;
  };
  const ANSWERS = `process.stdin.on('data', () => {
    console.log('{"n": 1, "last": false}'); console.log('{"n": 2, "last": true}'); })`;

  it('answer one request after the other', async () => {
    const answering = child(ANSWERS);
    assert.deepEqual(
      [await all(answering), await all(answering)],
      [
        [1, 2],
        [1, 2],
      ],
    );
    await answering.close();
  });

  it('are ended at a line that is not of their protocol', async () => {
    for (const line of ['no json', '{"n": 1.5, "last": true}', '{"n": 1, "last": true, "more": 1}']) {
      const strange = child(`console.log(${JSON.stringify(line)}); setInterval(() => {}, 1000)`);
      await assert.rejects(all(strange), /not part of its protocol/);
      await strange.close();
    }
  });

  it('tell how they ended', async () => {
    const dying = child(`process.stdin.on('data', () => { console.error('why'); process.exit(7); })`);
    await assert.rejects(all(dying), (error) => {
      assert.ok(error instanceof ChildEndedError);
      assert.deepEqual([error.exitCode, error.stderr], [7, 'why\n']);
      return true;
    });
    const missing = new JsonLinesChild('/nowhere/command', [], { env: {}, schema: Answer });
    await assert.rejects(all(missing), /ENOENT/);
  });

  it('are ended when the request is given up', async () => {
    const silent = child('setInterval(() => {}, 1000)');
    await assert.rejects(all(silent, AbortSignal.timeout(50)), ChildEndedError);
  });
});

describe('folders', () => {
  it('are where LETI_HOME says, else where the platform keeps data', () => {
    assert.equal(letiHome({ LETI_HOME: '/data/leti' }), '/data/leti');
    assert.ok(path.isAbsolute(letiHome({})));
    assert.match(letiHome({}), /leti$/);
  });

  it('differ between workspaces', () => {
    const env = { LETI_HOME: '/data/leti' };
    assert.equal(workspaceData('/w', env), workspaceData('/w', env));
    assert.notEqual(workspaceData('/w', env), workspaceData('/v', env));
  });

  it('without enough space are refused, with what is needed and what is there', async () => {
    await requireFreeSpace(os.tmpdir(), 1, 'A test');
    await assert.rejects(requireFreeSpace(os.tmpdir(), 1e18, 'A test'), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^A test needs 1000000000\.0 GB in .*, and [\d.]+ GB are free/);
      assert.match(commandLineStep(error.nextStep), /leti clean/);
      return true;
    });
  });
});

async function gone(pid: number): Promise<void> {
  for (let wait = 0; wait < 500; wait++) {
    try {
      process.kill(pid, 0);
    } catch {
      // No such process.
      return;
    }
    // One that nobody waits for stays as a zombie.
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    await sleep(20);
  }
  assert.fail(`process ${pid} is still there`);
}
