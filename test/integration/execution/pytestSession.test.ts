import assert from 'node:assert/strict';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import { DEFAULT_LIMITS, type ExecutionJob, type ExecutionResult } from '../../../src/protocol/execution.ts';
import { useExecutorWithPytest } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';

/** Pytest may have to begin again, which can take seconds on a busy machine. */
const PATIENT = { ...DEFAULT_LIMITS, wallSeconds: 30, cpuSeconds: 30 };
const TESTS = `import sys
import pytest
from m import f

SESSIONS = sys.modules.setdefault('sessions_of_this_test', [])

@pytest.fixture(scope='session', autouse=True)
def counted():
    SESSIONS.append(1)

def test_one():
    assert f(1) == 2

@pytest.mark.parametrize('x', [1, 2, 3])
def test_cases(x):
    assert f(x) == x + 1

class TestF:
    def test_two(self, tmp_path):
        assert f(2) == 3

    def test_one_session(self):
        assert len(SESSIONS) == 1, SESSIONS

def test_skipped():
    pytest.skip('not here')

def test_exits():
    sys.exit(f(1))

def test_interrupted():
    raise KeyboardInterrupt

def test_hangs():
    while f(1) == 2:
        pass
`;
const BROKEN = 'from m import g\n\ndef test_g():\n    assert g\n';

describe('checks of pytest', function () {
  this.timeout(120_000);
  const executor = useExecutorWithPytest();

  /** Runs tests of `test_m.py` (or of `FILE::NAME`) on a body of `f`. */
  async function run(
    body: string,
    names: string[],
    parts: Partial<ExecutionJob> = {},
  ): Promise<ExecutionResult> {
    const task = bareTask({
      prefix: 'def f(x):',
      hole: 'body',
      indent: 4,
      host: {
        module: 'm',
        path: 'm.py',
        before: 'def f(x):\n',
        after: '',
        files: [],
        testFiles: [
          { path: 'test_m.py', source: TESTS },
          { path: 'test_broken.py', source: BROKEN },
        ],
      },
      checks: names.map((name) => {
        const [file, test] = name.includes('::') ? name.split('::') : ['test_m', name];
        assert(file !== undefined && test !== undefined);
        return { kind: 'test', module: file, path: `${file}.py`, name: test, runner: 'pytest' };
      }),
    });
    const job = executionJob(task, assembleProgram(task, `\n    ${body}`), 0, PATIENT);
    return await executor().execute({ ...job, ...parts });
  }

  it('run in one session', async () => {
    const found = await run('return x + 1', [
      'test_one',
      'test_cases',
      'TestF.test_two',
      'TestF.test_one_session',
    ]);
    assert.deepEqual([found.verdict, found.checksPassed], ['passed', 4]);
  });

  it('are told one by one, the first failure with what it compared', async () => {
    const found = await run('return 2 if x == 1 else 7', [
      'test_one',
      'test_cases',
      'TestF.test_two',
      'test_one',
    ]);
    assert.deepEqual([found.verdict, found.checksPassed], ['failed', 2]);
    assert.deepEqual(found.diagnostic?.check, {
      index: 1,
      source: 'assert f(x) == x + 1',
      actual: '7',
      expected: '3',
    });
  });

  it('end with the first failure where that is asked for', async () => {
    const names = ['test_cases', 'test_one', 'TestF.test_two'];
    const all = await run('return 2 if x == 1 else 7', names);
    const first = await run('return 2 if x == 1 else 7', names, { stopAtFirst: true });
    assert.deepEqual([all.checksPassed, first.checksPassed], [1, 0]);
  });

  it('fail alone where pytest finds no such test', async () => {
    const found = await run('return x + 1', ['test_one', 'test_gone', 'TestF.test_two', 'Gone.test_gone']);
    assert.deepEqual([found.verdict, found.checksPassed], ['failed', 2]);
    assert.equal(found.diagnostic?.check?.source, 'test_gone was not run');
    assert.equal(found.diagnostic.check.index, 1);
  });

  it('fail alone where their file cannot be collected', async () => {
    const found = await run('return x + 1', ['test_broken::test_g', 'test_one', 'test_cases']);
    assert.deepEqual([found.verdict, found.checksPassed], ['failed', 2]);
    assert.match(found.diagnostic?.check?.source ?? '', /cannot import name 'g'/);
  });

  it('fail alone where a test is skipped or interrupts the session', async () => {
    const skipped = await run('return x + 1', ['test_skipped', 'test_one']);
    assert.deepEqual([skipped.checksPassed, skipped.diagnostic?.check?.index], [1, 0]);
    const broken = await run('return x + 1', ['test_one', 'test_interrupted', 'test_cases']);
    assert.deepEqual([broken.verdict, broken.checksPassed], ['failed', 2]);
    assert.equal(broken.diagnostic?.check?.source, 'test_interrupted was not run');
  });

  it('end where a test ends the program', async () => {
    const found = await run('return x + 1', ['test_one', 'test_exits', 'test_cases']);
    assert.deepEqual([found.verdict, found.checksPassed], ['exited_early', 1]);
    assert.equal(found.diagnostic?.check?.index, 1);
  });

  it('say which of them hangs, and what had failed before', async () => {
    // So little processor time is never too little, so a busy machine does not make the executor try again.
    const limits = { ...PATIENT, wallSeconds: 5, fairSeconds: 0.001 };
    const [hangs, failed] = await Promise.all([
      run('return x + 1', ['test_one', 'test_hangs', 'test_cases'], { limits }),
      run('return 2', ['test_cases', 'test_hangs'], { limits }),
    ]);
    assert.deepEqual([hangs.verdict, hangs.checksPassed], ['timeout', 1]);
    assert.equal(hangs.diagnostic?.check?.index, 1);
    assert.deepEqual([failed.verdict, failed.diagnostic?.check?.index], ['failed', 0]);
  });
});
