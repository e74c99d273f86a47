import assert from 'node:assert/strict';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS, type ExecutionResult } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';

/** Bodies of `f()` that add two numbers of standard input and print the sum, each by another way to the streams. */
const ADDING = {
  'input and print': 'a, b = map(int, input().split())\nprint(a + b)',
  'text streams': 'import sys\na, b = map(int, sys.stdin.read().split())\nsys.stdout.write(f"{a + b}\\n")',
  'byte streams':
    'import sys\na, b = map(int, sys.stdin.buffer.read().split())\nsys.stdout.buffer.write(b"%d\\n" % (a + b))',
  descriptors: 'import os\na, b = map(int, os.read(0, 100).split())\nos.write(1, b"%d\\n" % (a + b))',
  'files of descriptors':
    'a, b = map(int, open(0).read().split())\nwith open(1, "w", closefd=False) as out: print(a + b, file=out)',
  'fileinput and an iterated stream':
    'import fileinput\nwith fileinput.input(files=["-"]) as lines:\n    a, b = map(int, next(lines).split())\nprint(a + b, flush=True)',
  'sys.exit()': 'import sys\nprint(sum(map(int, sys.stdin.readline().split())))\nsys.exit()',
  'sys.exit(0) out of a function':
    'import sys\ndef main():\n    print(sum(map(int, input().split())))\n    sys.exit(0)\nmain()',
  'exit(0) and a closed output':
    'import sys\nprint(sum(map(int, input().split())))\nsys.stdout.flush()\nsys.stdout.close()\nexit(0)',
  'a stream of its own, which it writes out':
    'import io, sys\nown, sys.stdout = sys.stdout, io.StringIO()\nprint(sum(map(int, input().split())))\nown.write(sys.stdout.getvalue())',
};

const WRONG: [name: string, body: string, verdict: string][] = [
  ['another sum', 'print(sum(map(int, input().split())) + 1)', 'failed'],
  ['an exit status', 'print(sum(map(int, input().split())))\nraise SystemExit(3)', 'exited_early'],
  ['a sum on the error stream', 'import sys\nprint(7, file=sys.stderr)', 'failed'],
  ['a read beyond the end', 'input(); input()', 'error'],
  ['endless output', 'while True: print("x" * 1000)', ''],
];

/** Checks of `f(x)` that look at what happens beside its result, and a body that passes them. */
const BESIDE: [name: string, check: string, body: string, sealed: boolean][] = [
  [
    'what it prints',
    'import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    f(3)\nassert out.getvalue() == "3\\n"',
    'print(x)',
    true,
  ],
  [
    'what it prints as bytes and as errors',
    'import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stderr(out):\n    f(3)\nassert out.getvalue() == "3\\n"',
    'import sys\nsys.stderr.buffer.write(b"3\\n") if hasattr(sys.stderr, "buffer") else sys.stderr.write("3\\n")',
    true,
  ],
  [
    'what it reads from a replaced input()',
    'from unittest import mock\nwith mock.patch("builtins.input", return_value="4"):\n    assert f(3) == 7',
    'return x + int(input())',
    false,
  ],
  [
    'what it reads from a replaced standard input',
    'import io, sys\nkept, sys.stdin = sys.stdin, io.StringIO("4\\n")\ntry:\n    assert f(3) == 7\nfinally:\n    sys.stdin = kept',
    'return x + int(input())',
    false,
  ],
  [
    'how it prints by a replaced print()',
    'from unittest import mock\nwith mock.patch("builtins.print") as printing:\n    f(3)\nprinting.assert_called_once_with(3)',
    'print(x)',
    false,
  ],
  [
    'what it finds in the environment',
    'import os\nos.environ["WANTED"] = "4"\nassert f(3) == 7',
    'import os\n    return x + int(os.environ["WANTED"])',
    false,
  ],
];

describe('the streams of a program', function () {
  this.timeout(60_000);
  let executor: Executor;
  let jobs = 0;

  before(async () => {
    executor = await startTestExecutor(1);
  });

  after(async () => {
    await executor.close();
  });

  const run = async (body: string, head: string, of: Task): Promise<ExecutionResult> => {
    const completion = `${head}\n${body.replaceAll(/^(?! {4}return)/gm, '    ')}`;
    return await executor.execute(executionJob(of, assembleProgram(of, completion), jobs++, DEFAULT_LIMITS));
  };
  const adding = bareTask({
    checks: [
      { kind: 'io', stdin: '3 4\n', stdout: '7\n' },
      { kind: 'io', stdin: '1 2', stdout: '3' },
    ],
  });

  for (const [name, body] of Object.entries(ADDING)) {
    it(`are those of any program: ${name}`, async () => {
      const result = await run(body, '):', adding);
      assert.deepEqual(
        [result.verdict, result.checksPassed, result.sealed],
        ['passed', 2, true],
        JSON.stringify(result),
      );
    });
  }

  for (const [name, body, verdict] of WRONG) {
    it(`do not make right what is wrong: ${name}`, async () => {
      const result = await run(body, '):', adding);
      assert.notEqual(result.verdict, 'passed');
      if (verdict !== '') assert.equal(result.verdict, verdict, JSON.stringify(result));
    });
  }

  it('keep text that is not ASCII, and bytes that are no text apart', async () => {
    const echo = bareTask({ checks: [{ kind: 'io', stdin: 'é\u{1F600}\r\n', stdout: 'é\u{1F600}\n' }] });
    assert.equal((await run('print(input())', '):', echo)).verdict, 'passed');
    const bytes = 'import sys\nsys.stdout.buffer.write(b"\\xff")';
    assert.equal((await run(bytes, '):', echo)).verdict, 'failed');
  });

  for (const [name, check, body, sealed] of BESIDE) {
    it(`and what a check looks at beside the result: ${name}`, async () => {
      const looking = bareTask({ checks: [{ kind: 'statements', source: check }] });
      const result = await run(body, 'x):', looking);
      assert.deepEqual([result.verdict, result.sealed], ['passed', sealed], JSON.stringify(result));
      assert.notEqual((await run('return None', 'x):', looking)).verdict, 'passed');
    });
  }
});
