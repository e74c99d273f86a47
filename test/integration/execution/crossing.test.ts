import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { Zygote, ZygoteError } from '../../../src/execution/zygote.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import { startTestExecutor, testInterpreter } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';
import { body } from './attacks.ts';

/** Answers of the right form with values that no honest program gives, as JSON. */
/** Nothing loaded beforehand, and no namespaces. */
const COLD = { namespaces: false, pytest: false };
const FRAME = (line: string): string =>
  `{"path": "program.py", "line": ${line}, "function": "f", "source": "", "locals": []}`;
const RAISED = (line: string, more = ''): string =>
  `{"raised": "error", "args": [], "diagnostic": {"type": "E", "message": "", "frames": [${FRAME(line)}]${more}}}`;
const ANSWERS = [
  RAISED(String(2n ** 60n)),
  RAISED('1e400'),
  RAISED('-5'),
  RAISED('1', ', "column": 1e400'),
  RAISED('1', `, "column": ${2n ** 70n}`),
  RAISED('1', `, "check": {"index": ${2n ** 60n}, "source": "x"}`),
  RAISED('1', ', "check": {"index": Infinity, "source": "\\ud800"}'),
  '{"ended": "harness_error", "diagnostic": null}',
  '{"ended": "timeout", "diagnostic": {"type": "T", "message": "\\ud800", "frames": []}}',
  '{"value": 1e400, "changed": []}',
  '{"value": ["int", "0x1"], "changed": [[1e400, 1]]}',
  '{"result": {"verdict": "harness_error", "checksPassed": 1e400}}',
  `{"result": {"verdict": "error", "checksPassed": ${2n ** 60n}, "diagnostic": ${RAISED('1e400')}}}`,
  '{"result": {"verdict": "harness_error", "checksPassed": 0}, "word": null}',
];

describe('what a program answers', function () {
  this.timeout(60_000);
  let executor: Executor;
  let jobs = 0;

  before(async () => {
    executor = await startTestExecutor(1);
  });

  after(async () => {
    await executor.close();
  });

  for (const answer of ANSWERS) {
    it(`is the program's own fault: ${answer.slice(0, 80)}`, async () => {
      const writes = [
        'import os, struct',
        `data = ${JSON.stringify(answer)}.encode()`,
        'os.write(4, struct.pack(">I", len(data)) + data)',
        'os._exit(0)',
      ];
      for (const sealable of [true, false]) {
        // At once, while it is loaded, and when it is called.
        for (const completion of [body(...writes), `x):\n    return 0\n\n${writes.join('\n')}`]) {
          const task = bareTask({ sealable });
          const program = assembleProgram(task, completion);
          const result = await executor.execute(executionJob(task, program, jobs++, DEFAULT_LIMITS));
          assert.ok(!['passed', 'harness_error'].includes(result.verdict), JSON.stringify(result));
          const right = assembleProgram(task, 'x):\n    return x + 1');
          assert.equal(
            (await executor.execute(executionJob(task, right, jobs++, DEFAULT_LIMITS))).verdict,
            'passed',
          );
        }
      }
    });
  }
});

describe('an interpreter that does not speak the protocol', function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-speech-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  const framed = (text: string | Buffer, length?: number): Buffer => {
    const data = Buffer.from(text);
    const header = Buffer.alloc(4);
    header.writeUInt32BE(length ?? data.length);
    return Buffer.concat([header, data]);
  };
  const READY = framed(
    '{"ready": true, "version": "3", "complete": true, "scratch": "/nowhere/leti", "home": "/nowhere/leti"}',
  );

  /** An interpreter that writes given bytes and then ends, or waits until its input does. */
  const speaking = async (bytes: Buffer, waits: boolean): Promise<string> => {
    const file = path.join(folder, `python-${randomBytes(4).toString('hex')}`);
    writeFileSync(`${file}.out`, bytes);
    const wait = waits ? '\nsys.stdin.read()' : '';
    writeFileSync(
      file,
      `#!${await testInterpreter()}\nimport sys\nsys.stdout.buffer.write(open(${JSON.stringify(`${file}.out`)}, "rb").read())\nsys.stdout.flush()${wait}\n`,
      { mode: 0o755 },
    );
    return file;
  };

  const WRONG: [says: string, bytes: Buffer, waits: boolean][] = [
    ['nothing', Buffer.alloc(0), false],
    ['half a header', Buffer.alloc(3), false],
    ['half a frame', READY.subarray(0, 20), false],
    ['no JSON', framed('{"ready": tru'), true],
    ['bytes that are no text', framed(Buffer.from([0xff, 0xfe, 0x00])), true],
    ['another message', framed('{"ready": false}'), true],
    ['a list', framed('[1]'), true],
    ['a frame that is too long', framed('x', 0xffffffff), true],
    ['a text', Buffer.from('Python 2.7.18 (default)\n'.repeat(9)), true],
  ];
  for (const [says, bytes, waits] of WRONG) {
    it(`is refused when it says ${says}`, async () => {
      await assert.rejects(Zygote.start(await speaking(bytes, waits), COLD), ZygoteError);
      const under = Zygote.start(await speaking(Buffer.concat([READY, bytes]), false), COLD);
      // Where it ends at once its end may come before the request.
      await assert.rejects(async () => await (await under).probe(), Error);
    });
  }

  it('is refused whatever it says', async () => {
    for (let repeat = 0; repeat < 40; repeat++) {
      const noise = randomBytes(repeat);
      const bytes = repeat % 2 === 0 ? noise : framed(noise);
      await assert.rejects(Zygote.start(await speaking(bytes, false), COLD), ZygoteError);
    }
  });
});
