import type { Diagnostic, ExecutionResult, FeedbackPreset, Frame } from '../../protocol/execution.ts';
import type { AssembledProgram } from './program.ts';

/** Most tokens of feedback in a training text. */
export const FEEDBACK_TOKENS = 160;

/**
 * The feedback on a failed program, as the text that the model reads. It holds the error and the failing check with the actual
 * and the expected value. It holds the program's own lines on the way there, the values at the last of them, and how
 * many checks passed. It holds no paths of the machine, addresses or times, so the same program gives the same text. Empty for a program
 * that passed.
 *
 * `countTokens` measures the text against `budget`. Lines that do not fit are left out, the least important first.
 */
export function renderFeedback(
  program: AssembledProgram,
  result: ExecutionResult,
  countTokens: (text: string) => number,
  preset: FeedbackPreset = 'full',
  budget: number = FEEDBACK_TOKENS,
): string {
  if (result.verdict === 'passed') return '';
  const lines = preset === 'paper' ? paperLines(program, result) : feedbackLines(program, result);
  const kept = new Set<number>();
  const byWeight = lines
    .map((line, index) => ({ ...line, index }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  for (const { index, text } of byWeight) {
    kept.add(index);
    const longer = joined(lines, kept);
    if (countTokens(longer) > budget) {
      kept.delete(index);
      if (kept.size === 0) return shortened(text, countTokens, budget);
    }
  }
  return joined(lines, kept);
}

interface Line {
  text: string;
  /** Higher is kept longer. */
  weight: number;
}

function feedbackLines(program: AssembledProgram, result: ExecutionResult): Line[] {
  const lines: Line[] = [];
  const diagnostic = result.diagnostic;
  lines.push({ text: headline(result), weight: 9 });
  if (diagnostic?.check !== undefined) {
    const check = diagnostic.check;
    lines.push({ text: `check: ${check.source}`, weight: check.sentences === undefined ? 7 : 3 });
    for (const sentence of check.sentences ?? []) lines.push({ text: sentence, weight: 8 });
    if (check.call !== undefined) lines.push({ text: `call: ${check.call}`, weight: 4 });
    if (check.actual !== undefined) {
      lines.push({ text: `got: ${check.actual}`, weight: check.sentences === undefined ? 8 : 4 });
    }
    if (check.expected !== undefined) lines.push({ text: `expected: ${check.expected}`, weight: 6 });
    if (check.difference !== undefined) lines.push({ text: `difference: ${check.difference}`, weight: 7 });
  }
  const frames = diagnostic?.frames ?? [];
  frames.forEach((frame, index) => {
    const text = frameLine(program, frame);
    // The line of the check itself is already in the text.
    if (text === undefined || frame.source === diagnostic?.check?.source) return;
    // The program failed at the innermost line; the way there is less important.
    lines.push({ text, weight: index === frames.length - 1 ? 5 : 2 });
    if (frame.path === program.main.path && frame.locals !== undefined && frame.locals.length > 0) {
      const values = frame.locals.map(({ name, value }) => `${name} = ${value}`);
      lines.push({ text: `where ${values.join(', ')}`, weight: 4 });
    }
  });
  if (result.checksTotal > 1 && result.verdict !== 'syntax') {
    lines.push({ text: `${result.checksPassed} of ${result.checksTotal} checks passed`, weight: 3 });
  }
  return lines;
}

/** A traceback in Python's form, as in the paper's released code: one file `<string>` that holds the program and the test. */
function paperLines(program: AssembledProgram, result: ExecutionResult): Line[] {
  const diagnostic = result.diagnostic;
  const hasTraceback = ['failed', 'error', 'syntax', 'import_missing', 'memory'].includes(result.verdict);
  if (!hasTraceback || diagnostic === undefined) return [{ text: 'process timeout', weight: 9 }];
  const shown = diagnostic.frames.filter((frame) => !frame.path.startsWith('<'));
  const lines: Line[] = [];
  if (result.verdict !== 'syntax') lines.push({ text: 'Traceback (most recent call last):', weight: 4 });
  if (diagnostic.check !== undefined) {
    lines.push({ text: `  File "<string>", in <module>\n    ${diagnostic.check.source}`, weight: 7 });
  }
  shown.forEach((frame, index) => {
    const line = frame.path === program.main.path ? program.lineOf(frame.line) : undefined;
    const place = line === undefined ? '' : `, line ${line}`;
    const inside = result.verdict === 'syntax' ? '' : `, in ${frame.function}`;
    const text = `  File "<string>"${place}${inside}\n    ${frame.source}`;
    lines.push({ text, weight: index === shown.length - 1 ? 6 : 2 });
  });
  lines.push({ text: errorLine(diagnostic), weight: 9 });
  return lines;
}

function headline(result: ExecutionResult): string {
  const diagnostic = result.diagnostic;
  switch (result.verdict) {
    case 'timeout':
      return 'Timeout: the program did not finish';
    case 'memory':
      return 'MemoryError: the program needed too much memory';
    case 'output_limit':
      return 'OutputLimit: the program printed too much';
    case 'exited_early':
      return 'SystemExit: the program ended the process before its checks were done';
    case 'crashed':
      return 'Crash: the interpreter was killed by the program';
    case 'tampered':
      return `Tampered: ${diagnostic?.message ?? 'the program wrote into the channel over which it answers'}`;
    case 'harness_error':
      return `HarnessError: the program could not be run${diagnostic === undefined ? '' : `: ${errorLine(diagnostic)}`}`;
    case 'passed':
    case 'failed':
    case 'error':
    case 'syntax':
    case 'import_missing':
      return diagnostic === undefined ? result.verdict : errorLine(diagnostic);
  }
}

function errorLine(diagnostic: Diagnostic): string {
  const message = diagnostic.message.trim();
  return message === '' ? diagnostic.type : `${diagnostic.type}: ${message}`;
}

function frameLine(program: AssembledProgram, frame: Frame): string | undefined {
  if (frame.path.startsWith('<')) return undefined;
  const where = frame.function === '<module>' ? '' : `, in ${frame.function}`;
  if (frame.path === program.main.path) {
    const line = program.lineOf(frame.line);
    const place = line === undefined ? 'elsewhere in the module' : `line ${line}${behind(program, line)}`;
    return `${place}${where}: ${frame.source}`;
  }
  return `${frame.path}${where}: ${frame.source}`;
}

/** A note for a line of plain text after the function; empty for code. */
function behind(program: AssembledProgram, line: number): string {
  const lines = program.text.split('\n');
  const own = lines[line - 1] ?? '';
  const header = lines.findIndex((text) => /^(?:async\s+)?def\b/.test(text));
  if (header < 0 || line - 1 <= header || !/^[^\s#@)\]}]/.test(own)) return '';
  const code =
    /^(?:async|def|class|import|from|if|for|while|try|with|return|assert|print)\b|^[\w.[\]]+\s*[=(]/;
  return code.test(own) ? '' : ', text after the function';
}

function joined(lines: readonly Line[], kept: ReadonlySet<number>): string {
  return lines
    .filter((_, index) => kept.has(index))
    .map((line) => line.text)
    .join('\n');
}

/** The longest beginning of `text` that fits the budget. */
function shortened(text: string, countTokens: (text: string) => number, budget: number): string {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (countTokens(`${text.slice(0, middle)}...`) <= budget) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}...`;
}
