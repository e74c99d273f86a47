import path from 'node:path';
import { editorDiagnostics } from '../core/editorDiagnostics.ts';
import { renderFeedback } from '../core/feedback.ts';
import { assembleProgram, executionJob, type AssembledProgram } from '../core/program.ts';
import { scanWorkspace, type Candidate } from '../harvest/scan.ts';
import { tasksOf } from '../harvest/workspace.ts';
import type { CheckedFunction } from '../protocol/backend.ts';
import { UserError } from '../protocol/errors.ts';
import { limitsOf } from './limits.ts';
import type { Workbench } from './workbench.ts';

/**
 * Runs the checks of the function at a line (zero-based) of a workspace's file, on the code as it is on disk. The
 * diagnostics' ranges are places in that file. Throws a UserError where no function with checks is there.
 */
export async function checkFunction(
  bench: Workbench,
  place: { path: string; line: number },
  timeoutSeconds: number,
): Promise<CheckedFunction> {
  const interpreter = await bench.interpreter();
  const scan = await scanWorkspace(bench.workspace, interpreter.path, bench.signal);
  const file = path.relative(bench.workspace, place.path).split(path.sep).join('/');
  const candidate = scan.candidates.find((known) => known.path === file && covers(known, place.line));
  const task = tasksOf(scan).find(({ id }) => id === candidate?.id);
  if (candidate === undefined || task === undefined) {
    const reason = scan.dropped.findLast((drop) => drop.path === file && drop.line <= place.line + 1)?.reason;
    throw new UserError(
      `No function with tests or doctests is at ${file}:${place.line + 1}${reason === undefined ? '' : ` (${reason})`}.`,
      'Put the cursor into a function that a test names, or that has doctests.',
    );
  }
  const assembled = assembleProgram(task, `\n${candidate.body}`);
  // The module is the file itself, so its lines are the file's.
  const program: AssembledProgram = {
    ...assembled,
    text: assembled.main.source,
    lineOf: (line) => line,
  };
  const executor = await bench.executor();
  const result = await executor.execute(
    executionJob(task, assembled, 0, limitsOf(timeoutSeconds)),
    bench.signal,
  );
  return {
    task: task.id,
    verdict: result.verdict,
    checksPassed: result.checksPassed,
    checksTotal: result.checksTotal,
    feedback: renderFeedback(program, result, () => 0),
    diagnostics: editorDiagnostics(program, result, task.name),
  };
}

function covers(candidate: Candidate, line: number): boolean {
  const last = (candidate.before + candidate.body).split('\n').length;
  return candidate.line <= line + 1 && line + 1 <= last;
}
