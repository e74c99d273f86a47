import assert from 'node:assert/strict';
import { editorDiagnostics } from '../../../../src/core/text/editorDiagnostics.ts';
import { renderFeedback } from '../../../../src/core/text/feedback.ts';
import { assembleProgram } from '../../../../src/core/text/program.ts';
import type { ExecutionResult, Verdict } from '../../../../src/protocol/execution.ts';
import { bareTask, result } from '../../../support/tasks.ts';

const words = (text: string): number => text.split(/\s+/).length;
const program = assembleProgram(bareTask(), 'x):\n    y = x\n    return y\n');

describe('feedback', () => {
  it('shows check, actual and expected value, and the progress of a wrong answer', () => {
    const wrong = result({
      verdict: 'failed',
      checksPassed: 1,
      checksTotal: 3,
      diagnostic: {
        type: 'AssertionError',
        message: '',
        frames: [],
        check: { index: 1, source: 'assert f(1) == 2', actual: '1', expected: '2' },
      },
    });
    assert.equal(
      renderFeedback(program, wrong, words),
      ['AssertionError', 'check: assert f(1) == 2', 'got: 1', 'expected: 2', '1 of 3 checks passed'].join(
        '\n',
      ),
    );
  });

  it("shows the program's own lines on the way to an error, and no line of a check", () => {
    const error = failure({
      type: 'NameError',
      message: "name 'z' is not defined",
      frames: [
        { path: '<check>', line: 1, function: '<module>', source: 'assert f(1) == 2' },
        { path: 'program.py', line: 2, function: 'f', source: 'y = z' },
        { path: 'helpers.py', line: 9, function: 'help', source: 'return z' },
      ],
    });
    assert.equal(
      renderFeedback(program, error, words),
      "NameError: name 'z' is not defined\nline 2, in f: y = z\nhelpers.py, in help: return z",
    );
  });

  it('counts lines as the model sees them, not as the module has them', () => {
    const task = bareTask({
      prefix: 'def f(x):\n    """Doc."""',
      hole: 'body',
      indent: 4,
      host: {
        module: 'm',
        path: 'm.py',
        before: 'import os\n\n\ndef g():\n    return f(1)\n\n\ndef f(x):\n    """Doc."""\n',
        after: '\n\ndef h():\n    return 3\n',
        files: [],
      },
    });
    const hosted = assembleProgram(task, '\n    y = x\n    return z');
    const error = failure({
      type: 'NameError',
      message: 'no z',
      frames: [
        { path: 'm.py', line: 5, function: 'g', source: 'return f(1)' },
        { path: 'm.py', line: 11, function: 'f', source: 'return z' },
      ],
    });
    assert.equal(
      renderFeedback(hosted, error, words),
      'NameError: no z\nelsewhere in the module, in g: return f(1)\nline 4, in f: return z',
    );
  });

  it('says in words what happened to a program that could not speak for itself', () => {
    const says: Partial<Record<Verdict, RegExp>> = {
      timeout: /^Timeout: /,
      memory: /^MemoryError: /,
      output_limit: /^OutputLimit: /,
      exited_early: /^SystemExit: /,
      crashed: /^Crash: /,
      harness_error: /^HarnessError: /,
    };
    for (const [verdict, pattern] of Object.entries(says)) {
      assert.match(renderFeedback(program, result({ verdict: verdict as Verdict }), words), pattern);
    }
  });

  it('shows the line that was running when the time was up', () => {
    const timeout = result({
      verdict: 'timeout',
      checksPassed: 0,
      diagnostic: {
        type: 'Timeout',
        message: '',
        frames: [{ path: 'program.py', line: 3, function: 'f', source: 'return y' }],
      },
    });
    assert.equal(
      renderFeedback(program, timeout, words),
      'Timeout: the program did not finish\nline 3, in f: return y',
    );
  });

  it('names text behind the function as such', () => {
    const prose = assembleProgram(bareTask(), 'x):\n    return x\n\nHere is how it works:\n');
    const error = result({
      verdict: 'syntax',
      diagnostic: {
        type: 'SyntaxError',
        message: 'invalid syntax',
        frames: [{ path: 'program.py', line: 4, function: '<module>', source: 'Here is how it works:' }],
      },
    });
    assert.equal(
      renderFeedback(prose, error, words),
      'SyntaxError: invalid syntax\nline 4, text after the function: Here is how it works:',
    );
  });

  it('is what the release gave where the paper is asked for', () => {
    const check = { index: 0, source: 'assert f(1) == 2', actual: '1', expected: '2' };
    const frame = { path: 'program.py', line: 2, function: 'f', source: 'y = z', locals: [] };
    const paper = (verdict: Verdict, type: string, frames: (typeof frame)[]): string =>
      renderFeedback(
        program,
        result({ verdict, diagnostic: { type, message: '', frames, check } }),
        words,
        'paper',
      );
    assert.equal(
      paper('failed', 'AssertionError', []),
      'Traceback (most recent call last):\n  File "<string>", in <module>\n    assert f(1) == 2\nAssertionError',
    );
    assert.equal(
      paper('error', 'NameError', [frame]),
      'Traceback (most recent call last):\n  File "<string>", in <module>\n    assert f(1) == 2\n' +
        '  File "<string>", line 2, in f\n    y = z\nNameError',
    );
    for (const verdict of ['timeout', 'exited_early', 'crashed'] as const) {
      assert.equal(paper(verdict, 'Timeout', [frame]), 'process timeout');
    }
  });

  it('becomes diagnostics at the lines of the text', () => {
    const error = failure({
      type: 'NameError',
      message: 'no z',
      frames: [
        { path: 'program.py', line: 3, function: 'f', source: 'return y' },
        { path: 'program.py', line: 2, function: 'g', source: 'y = z' },
      ],
      check: { index: 0, source: 'assert f(1) == 2' },
    });
    const [found, ...more] = editorDiagnostics(program, error, 'f');
    assert.deepEqual(more, []);
    assert.deepEqual(found?.range, {
      start: { line: 1, character: 4 },
      end: { line: 1, character: 9 },
    });
    assert.equal(found.code, 'NameError');
    assert.deepEqual(found.related, [
      { message: 'assert f(1) == 2' },
      {
        range: { start: { line: 2, character: 4 }, end: { line: 2, character: 12 } },
        message: 'in f: return y',
      },
    ]);
    const wide = assembleProgram(bareTask(), 'x):\n    return "😀" + (');
    const syntax = failure({
      type: 'SyntaxError',
      message: "'(' was never closed",
      frames: [{ path: 'program.py', line: 2, function: '<module>', source: 'return "😀" + (' }],
      column: 18,
    });
    // Python counts code points, an editor UTF-16 units.
    assert.equal(editorDiagnostics(wide, syntax, 'f')[0]?.range.start.character, 18);
    const source = 'import m\n\n\nclass TestF:\n    def test_f(self):\n        assert m.f(1) == 2\n';
    const check = {
      kind: 'test',
      module: 'test_m',
      path: 'tests/test_m.py',
      name: 'TestF.test_f[1]',
      runner: 'pytest',
    } as const;
    const [tested] = editorDiagnostics(program, error, 'f', {
      checks: [check],
      files: [{ path: check.path, source }],
    });
    assert.deepEqual(tested?.related[0], {
      path: 'tests/test_m.py',
      range: { start: { line: 4, character: 4 }, end: { line: 4, character: 21 } },
      message: 'assert f(1) == 2',
    });
    const killed = editorDiagnostics(program, result({ verdict: 'crashed' }), 'f');
    assert.deepEqual(
      killed.map(({ range, code }) => [range.start.line, code]),
      [[0, 'crashed']],
    );
    assert.deepEqual(editorDiagnostics(program, result(), 'f'), []);
  });

  it('is empty for a program that passed', () => {
    assert.equal(renderFeedback(program, result(), words), '');
  });

  it('leaves out what matters least where the budget is short, and never exceeds it', () => {
    const long = failure({
      type: 'ValueError',
      message: 'bad value',
      frames: Array.from({ length: 30 }, (_, index) => ({
        path: 'program.py',
        line: 2,
        function: 'f',
        source: `y = g(${index})`,
      })),
      check: { index: 0, source: 'assert f(1) == 2', actual: '1', expected: '2' },
    });
    for (const budget of [1, 2, 4, 9, 20, 60]) {
      const text = renderFeedback(program, long, words, 'full', budget);
      assert.ok(words(text) <= budget, `${words(text)} words for ${budget}: ${text}`);
    }
    const short = renderFeedback(program, long, words, 'full', 20);
    assert.match(short, /^ValueError: bad value\ncheck: .*\ngot: 1\nexpected: 2\n.*y = g\(29\)$/);
  });

  it('shortens a first line that is too long by itself', () => {
    const long = failure({ type: 'ValueError', message: 'x'.repeat(1000), frames: [] });
    const text = renderFeedback(program, long, (part) => part.length, 'full', 50);
    assert.equal(text.length, 50);
    assert.ok(text.startsWith('ValueError: xxx') && text.endsWith('...'));
  });
});

function failure(diagnostic: NonNullable<ExecutionResult['diagnostic']>): ExecutionResult {
  return result({ verdict: 'error', checksPassed: 0, diagnostic });
}
