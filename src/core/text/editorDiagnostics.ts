import type { ExecutionResult, Frame } from '../../protocol/execution.ts';
import type { EditorDiagnostic, TextRange } from '../../protocol/diagnostics.ts';
import type { Check, SourceFile } from '../../protocol/task.ts';
import { definitionLines } from './definitionLines.ts';
import { renderFeedback } from './feedback.ts';
import type { AssembledProgram } from './program.ts';

/**
 * The feedback on a failed program as an editor shows it: at the line of the program's text where it failed. A failure
 * without a line (a wrong value, a killed process) is at the line that defines the function. A failing test points to
 * its own definition in one of `files`. Empty for a program that passed. Lines and columns are zero-based.
 */
export function editorDiagnostics(
  program: AssembledProgram,
  result: ExecutionResult,
  name: string,
  { checks, files }: { checks: readonly Check[]; files: readonly SourceFile[] } = { checks: [], files: [] },
): EditorDiagnostic[] {
  if (result.verdict === 'passed') return [];
  const lines = program.text.split('\n');
  const own = (result.diagnostic?.frames ?? []).flatMap((frame) => {
    const line = frame.path === program.main.path ? program.lineOf(frame.line) : undefined;
    return line === undefined ? [] : [{ frame, line: line - 1 }];
  });
  const last = own.at(-1);
  const column = result.diagnostic?.column;
  const line = last?.line ?? definitionLines(program.text, name)[0] ?? 0;
  const check = result.diagnostic?.check;
  return [
    {
      range: rangeOf(lines, line, last === undefined ? undefined : column),
      message: renderFeedback(program, result, () => 0),
      code: result.diagnostic?.type ?? result.verdict,
      related: [
        ...(check === undefined
          ? []
          : [{ ...placeOfCheck(checks[check.index], files), message: check.source }]),
        ...own.slice(0, -1).map(({ frame, line }) => ({
          range: rangeOf(lines, line),
          message: inFunction(frame),
        })),
      ],
    },
  ];
}

/** Where a test is defined. Undefined for checks that are not in a file. */
function placeOfCheck(
  check: Check | undefined,
  files: readonly SourceFile[],
): { path: string; range: TextRange } | undefined {
  if (check?.kind !== 'test') return undefined;
  const source = files.find(({ path }) => path === check.path)?.source;
  if (source === undefined) return undefined;
  const lines = source.split('\n');
  // The name of a parametrised test ends with its case in brackets.
  const name = check.name.replace(/\[.*$/s, '');
  return { path: check.path, range: rangeOf(lines, definitionLines(source, name)[0] ?? 0) };
}

/** From a one-based column in code points, or from the first character after the indentation, to the end of the line. */
function rangeOf(lines: readonly string[], line: number, column?: number): TextRange {
  const text = lines[line] ?? '';
  const first =
    column === undefined
      ? text.length - text.trimStart().length
      : Array.from(text)
          .slice(0, column - 1)
          .join('').length;
  return {
    start: { line, character: Math.min(first, text.length) },
    end: { line, character: text.length },
  };
}

function inFunction(frame: Frame): string {
  return frame.function === '<module>' ? frame.source : `in ${frame.function}: ${frame.source}`;
}
